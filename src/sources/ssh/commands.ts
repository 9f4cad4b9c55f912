import {commandsOf, type EvidenceId, evidenceRow} from '../../model/evidence/evidence.js'
import {methodFor} from '../admin-method.js'

/** A name of a network namespace (ip-netns(8)) that no shell reads as anything else. */
const NETNS = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/
/** A host as ssh(1) takes it: an alias of its configuration, a name or an address, with a user before it. */
const HOST = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}@)?(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])$/

/** A machine to reach over ssh, and a network namespace on it. */
export interface SshTarget {
  readonly host: string
  readonly namespace?: string
}

/** Reads `HOST[,netns:NAME]`; undefined for anything a shell or ssh could read as more than a name. */
export function parseSshTarget(text: string): SshTarget | undefined {
  const [host = '', rest, ...more] = text.split(',')
  if (!HOST.test(host) || more.length > 0) return undefined
  if (rest === undefined) return {host}
  const name = rest.startsWith('netns:') ? rest.slice('netns:'.length) : ''
  return NETNS.test(name) && !name.includes('..') ? {host, namespace: name} : undefined
}

function inside(namespace: string | undefined, command: string): string {
  if (namespace !== undefined && !NETNS.test(namespace)) throw new Error('not a name of a network namespace')
  return namespace === undefined ? command : `ip netns exec ${namespace} ${command}`
}

/** The processes of a namespace alone: `ip netns pids` lists them, and ps(1) takes one `-p` for each. */
function processesOf(namespace: string): string {
  return `ps -o pid,ppid,uid,args $(ip netns pids ${namespace} | sed 's/^/-p /')`
}

/**
 * The commands for a piece of evidence, in the order they are tried; empty for what a machine without Kubernetes cannot have. The shell of the far side
 * reads them: they are texts of the catalogue, which are constants, and the only parts that vary are the name of a network namespace and the port of
 * Envoy's admin, which are admitted in strict forms.
 */
export function remoteCommands(id: EvidenceId, {namespace}: SshTarget, adminPort: number): readonly string[] {
  if (id === 'net.processes' && namespace !== undefined && NETNS.test(namespace)) return [processesOf(namespace)]
  const {how} = evidenceRow(id)
  if (how.via === 'admin') {
    const port = Number.isInteger(adminPort) && adminPort > 0 && adminPort < 65_536 ? adminPort : 15_000
    const url = `'http://127.0.0.1:${port}/${how.path}'`
    const post = methodFor(how.path) === 'POST'
    const commands = [
      `curl -fsS --max-time 10 ${post ? '-X POST ' : ''}${url}`,
      `wget -q -T 10 -O - ${post ? '--post-data= ' : ''}${url}`,
    ]
    return commands.map(command => inside(namespace, command))
  }
  return commandsOf(id).map(argv => inside(namespace, argv.join(' ')))
}
