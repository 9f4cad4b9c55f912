/** A connection that a command makes, as far as its words tell. */
export interface CommandTarget {
  readonly host: string
  readonly port?: number
}

/** Programs whose purpose in a probe or before a start is to connect somewhere. */
const TOOLS = /(^|[\s/;&|(`])(curl|wget|nc|ncat|netcat|grpc_health_probe|pg_isready|psql|mysql|mysqladmin|redis-cli)\s/
/** Hosts named as such: in a URL, beside a port, after -addr= or -h, or as nc takes them; each pattern names scheme, host and port where it knows them. */
const HOSTS = [
  /(?<scheme>https?):\/\/(?:[^\s/@]*@)?(?<host>\[[^\]]+\]|[^\s/:"']+)(?::(?<port>\d+))?/g,
  /-addr[= ](?<host>\[[^\]]+\]|[^\s:"']+):(?<port>\d+)/g,
  /\bn(?:c|cat|etcat)\s(?:-\S+\s+(?:\d+\s+)?)*(?<host>[^\s-][^\s"']*)\s+(?<port>\d+)/g,
  /\b(?:curl|wget)\s(?:-\S+\s+)*(?<host>[A-Za-z0-9][\w.-]*):(?<port>\d+)(?=[/\s"';]|$)/g,
  /\b(?:pg_isready|psql|mysql|mysqladmin|redis-cli)\s(?:[^;&|]*?\s)?(?:-h\s*|--host[= ])(?<host>[^\s"';]+)/g,
]
const OWN = /^(localhost|127\.[\d.]+|\[?::1\]?|0\.0\.0\.0)$/
const USUAL: Readonly<Record<string, number>> = {http: 80, https: 443}

/** The first host such a command surely calls; undefined when it may as well stay in the pod (`own` are its addresses). */
export function commandTarget(command: readonly string[], own: readonly string[]): CommandTarget | undefined {
  const text = command.join(' ')
  if (!TOOLS.test(text)) return undefined
  const calls = HOSTS.flatMap(test => [...text.matchAll(test)].map(match => match.groups ?? {})).map(
    ({host = '', port, scheme = ''}) => {
      const number = port === undefined ? USUAL[scheme] : Number(port)
      return {host, ...(number === undefined ? {} : {port: number})}
    },
  )
  // What the shell or the kubelet fills in, such as $(POD_IP) or $HOSTNAME, is not known here.
  return calls.some(({host}) => host.includes('$') || OWN.test(host) || own.includes(host)) ? undefined : calls[0]
}
