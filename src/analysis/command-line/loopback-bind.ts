/** An address with a port in a command: `127.0.0.1:8080`, `[::]:8080`, `:8080`; a URL names a remote server. */
const ADDRESS = /(?<![\w./-])(?<host>[\w.-]{0,255}|\[[^\]]{0,100}\]|\$\([\w]+\)|\*):(?<port>\d{2,5})(?![\w.])/g
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/
/** Common server flags for the address, and for the port. */
const HOST_FLAG = /(?:^|\s)--(?:host|bind|bind-address|bind-ip|listen-address|address|ip)[= ](?<host>[^\s"';:]+)/g
const PORT_FLAG = /(?:^|\s)(?:--(?:port|http-port|listen-port|bind-port)[= ]|-p )(?<port>\d{2,5})(?=["';\s]|$)/g

/** The part of a server's command that binds this port to loopback only; undefined when it does not, or names another address as well. */
export function loopbackBind(command: readonly string[], port: number): string | undefined {
  const text = command.join(' ')
  const hosts = [...text.matchAll(ADDRESS)].flatMap(({groups}) =>
    Number(groups?.port) === port ? [groups?.host ?? ''] : [],
  )
  if (hosts.length > 0) return hosts.every(host => LOOPBACK.test(host)) ? `${hosts[0]}:${port}` : undefined
  const alone = [...text.matchAll(HOST_FLAG)].map(({groups}) => groups?.host ?? '')
  const ports = [...text.matchAll(PORT_FLAG)].map(({groups}) => Number(groups?.port))
  return ports.includes(port) && alone.length > 0 && alone.every(host => LOOPBACK.test(host))
    ? `${alone[0]}, port ${port}`
    : undefined
}
