import type {IpPort} from '../../model/envoy/request.js'
import {inRange, parseIp, parseIpRange} from '../../model/kernel/ip-address.js'

/** The placeholder for an unknown address (the dummy address of RFC 7600): no listener has it. */
export const UNKNOWN_ADDRESS = '192.0.0.8'

/** `10.0.0.9:80`, `[fd00::1]:80`; the placeholder is never shown as an address. */
export function destinationText({ip, port}: IpPort): string {
  if (ip === UNKNOWN_ADDRESS) return `an unknown address, port ${port}`
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

/** Address blocks of the IANA special-purpose registries that no network routes (RFC 6890, "Forwardable: False" or documentation). */
const BLOCKS: readonly (readonly [string, string])[] = [
  ['192.0.2.0/24', 'a documentation address (RFC 5737)'],
  ['198.51.100.0/24', 'a documentation address (RFC 5737)'],
  ['203.0.113.0/24', 'a documentation address (RFC 5737)'],
  ['240.0.0.0/4', 'a reserved address (RFC 1112)'],
  ['2001:db8::/32', 'a documentation address (RFC 3849)'],
  ['100::/64', 'a discard address (RFC 6666)'],
]

/** Why an address is unroutable; undefined when it may be routed. */
export function isUnroutable(ip: string): string | undefined {
  const address = parseIp(ip)
  if (address === undefined) return undefined
  return BLOCKS.find(([block]) => {
    const range = parseIpRange(block)
    return range !== undefined && range.family === address.family && inRange(address, range)
  })?.[1]
}
