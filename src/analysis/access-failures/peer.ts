/** The IP and port of an address in a log; undefined for one of another form. */
function parts(address: string | undefined): {readonly ip: string; readonly port: string} | undefined {
  const [, ip, port] = /^(.*):(\d+)$/.exec(address ?? '') ?? []
  return ip === undefined || port === undefined ? undefined : {ip: ip.replace(/^\[|\]$/g, ''), port}
}

/** The IP of an address in a log. */
export function ipIn(address: string | undefined): string | undefined {
  return parts(address)?.ip
}

/**
 * Whether Envoy took the remote address of a line from X-Forwarded-For: it then has no port (0). Another end opened the connection
 * (Envoy, "HTTP header manipulation", x-forwarded-for; a sidecar of Istio trusts the last entry, which a gateway wrote).
 */
export function isForwardedFor(address: string | undefined): boolean {
  return parts(address)?.port === '0'
}

/** The IP that opened the connection; undefined where the line has the client of X-Forwarded-For instead. */
export function peerIp(address: string | undefined): string | undefined {
  return isForwardedFor(address) ? undefined : ipIn(address)
}
