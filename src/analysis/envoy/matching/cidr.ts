import type {CidrRange} from '../../../model/envoy/core.js'
import {type IpRange, inRange, parseIp, parseIpRange} from '../../../model/kernel/ip-address.js'
import {known, undecided} from '../undecided.js'

/** The range a message describes, with its prefix length; no length is 0 (config.core.v3.CidrRange). */
export function rangeOf(cidr: CidrRange): {readonly range: IpRange; readonly length: number} {
  const {addressPrefix = '', prefixLen = 0} = known(cidr, 'an address range')
  const range = parseIpRange(`${addressPrefix}/${prefixLen}`)
  if (range === undefined) undecided(`address range ${addressPrefix}/${prefixLen} cannot be read`, cidr.at)
  return {range, length: prefixLen}
}

/** Whether an address is in a range of the same family. */
export function cidrHolds(cidr: CidrRange, ip: string): boolean {
  const address = parseIp(ip)
  return address !== undefined && inRange(address, rangeOf(cidr).range)
}
