import {existsSync} from 'node:fs'
import {stat} from 'node:fs/promises'
import {podOfProcesses} from '../../formats/containers/pod-of-processes.js'
import {parseProcesses} from '../../formats/processes.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {ExecOutcome} from '../exec-answer.js'
import {fetchCommand} from '../host/fetch.js'
import {processesIn} from '../host/processes.js'
import {run} from '../host/run.js'
import {hostSource} from '../host/source.js'
import type {Source} from '../source.js'

/** Name the namespace's file: \`/proc/PID/ns/net\` for a number, \`/run/netns/NAME\` as ip-netns(8) keeps them. */
function namespaceFile(target: string): string {
  if (/^\d+$/.test(target)) return `/proc/${target}/ns/net`
  if (/^[A-Za-z0-9_.-]+$/.test(target) && target !== '.' && target !== '..') return `/run/netns/${target}`
  throw new UserError(`netns:${target}: not a process id or the name of a network namespace`)
}

/** The name the kernel gives a namespace: `net:[INODE]` (namespaces(7)). */
async function kernelName(file: string): Promise<string> {
  return `net:[${(await stat(file)).ino}]`
}

/** The workload in a namespace as its processes show it. */
export async function podFrom(label: string, outcome: ExecOutcome): Promise<Answer<KubeObject>> {
  if (outcome.exitCode !== 0) return missing('processes', 'failed', outcome.stderr.trim())
  const read = parseProcesses({id: 'net.processes', bytes: outcome.stdout, provenance: {}})
  return read.ok ? answered(podOfProcesses(label, read.value)) : read
}

/** A source for one network namespace on this machine: commands run through nsenter(1), Envoy's admin port is queried from inside it. */
export function netnsSource(target: string, adminPort: number): Source {
  const file = namespaceFile(target)
  if (!existsSync(file)) {
    throw new UserError(`network namespace ${target} not found (${file} does not exist)`, {next: 'ip netns list'})
  }
  const label = `netns ${target}`
  const inside = (argv: readonly string[], maxBytes: number) =>
    run(['nsenter', `--net=${file}`, '--', ...argv], maxBytes)
  const processes = async () => await processesIn(await kernelName(file))
  return hostSource(
    {
      kind: 'netns',
      label,
      run: inside,
      get: (port, path, maxBytes) => inside(fetchCommand(port, path), maxBytes),
      processes,
      pod: async () => await podFrom(label, await processes()),
    },
    adminPort,
  )
}
