import {own as heldBy} from '../../model/own.js'
/** The host, and the port if known, that a command connects to. */
export interface CommandTarget {
  readonly host: string
  readonly port?: number
}

/** Client programs used in probes and init containers. */
const TOOLS = /(^|[\s/;&|(`])(curl|wget|nc|ncat|netcat|grpc_health_probe|pg_isready|psql|mysql|mysqladmin|redis-cli)\s/
/** Hosts in a URL, with a port, after -addr= or -h, or in the arguments of nc; groups: scheme, host, port. */
const HOSTS = [
  /(?<scheme>https?):\/\/(?:[^\s/@]*@)?(?<host>\[[^\]]+\]|[^\s/:"']+)(?::(?<port>\d+))?/g,
  /-addr[= ](?<host>\[[^\]]+\]|[^\s:"']+):(?<port>\d+)/g,
  /\bn(?:c|cat|etcat)\s(?:-\S+\s+(?:\d+\s+)?)*(?<host>[^\s-][^\s"']*)\s+(?<port>\d+)/g,
  /\b(?:curl|wget)\s(?:-\S+\s+)*(?<host>[A-Za-z0-9][\w.-]*):(?<port>\d+)(?=[/\s"';]|$)/g,
  /\b(?:pg_isready|psql|mysql|mysqladmin|redis-cli)\s(?:[^;&|]*?\s)?(?:-h\s*|--host[= ])(?<host>[^\s"';]+)/g,
]
const OWN = /^(localhost|127\.[\d.]+|\[?::1\]?|0\.0\.0\.0)$/
const DEFAULT_PORTS: Readonly<Record<string, number>> = {http: 80, https: 443}

/** The first remote host the command certainly connects to; undefined when it may be the pod itself (`own` are its addresses). */
export function commandTarget(command: readonly string[], own: readonly string[]): CommandTarget | undefined {
  const text = command.join(' ')
  if (!TOOLS.test(text)) return undefined
  const calls = HOSTS.flatMap(test => [...text.matchAll(test)].map(match => match.groups ?? {})).map(
    ({host = '', port, scheme = ''}) => {
      const number = port === undefined ? heldBy(DEFAULT_PORTS, scheme) : Number(port)
      return {host, port: number}
    },
  )
  // Variables such as $(POD_IP) or $HOSTNAME are unknown here.
  return calls.some(({host}) => host.includes('$') || OWN.test(host) || own.includes(host)) ? undefined : calls[0]
}
