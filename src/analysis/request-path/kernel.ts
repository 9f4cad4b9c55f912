import {definedFields} from '../../model/collections/defined-fields.js'
import type {IpPort} from '../../model/envoy/request.js'
import {formatIp, parseIp} from '../../model/kernel/ip-address.js'
import type {Packet, Walk} from '../../model/kernel/packet.js'
import {walkFlow} from '../netfilter/packet-walk/flow-walk.js'
import {dispositionText, turnOf} from '../netfilter/packet-walk/verdict.js'
import type {Site} from './world.js'

/** The process that opens a connection in a pod. */
export interface Opener {
  readonly uid: number
  readonly gid: number
  /** The address its socket is bound to, where it is. */
  readonly boundTo: string | undefined
}

/** Where a connection leaves a pod's network namespace. */
export type Passing =
  | {readonly kind: 'proxy'; readonly walk: Walk | undefined; readonly port: number}
  | {readonly kind: 'socket'; readonly walk: Walk | undefined; readonly address: IpPort}
  | {readonly kind: 'leaves'; readonly walk: Walk | undefined; readonly address: IpPort}
  | {readonly kind: 'fails'; readonly walk: Walk; readonly how: 'refused' | 'dropped' | 'error'; readonly text: string}
  | {readonly kind: 'unknown'; readonly walk: Walk | undefined; readonly text: string}

function passing(walk: Walk): Passing {
  const {disposition: end} = walk
  switch (end.kind) {
    case 'delivered': {
      const turn = turnOf(walk)
      if (turn === 'redirect' || turn === 'tproxy' || turn === 'dnat') return {kind: 'proxy', walk, port: end.port}
      return {kind: 'socket', walk, address: {ip: formatIp(end.address), port: end.port}}
    }
    case 'sent':
      return {kind: 'leaves', walk, address: {ip: formatIp(end.address), port: end.port}}
    case 'insufficient':
      return {kind: 'unknown', walk, text: end.reason}
    default:
      return {kind: 'fails', walk, how: end.kind, text: dispositionText(walk)}
  }
}

function ownAddress(site: Site, ip: string): boolean {
  return site.pod.addresses.includes(ip) || ip.startsWith('127.') || ip === '::1'
}

function unreadable(site: Site): Passing {
  return {kind: 'unknown', walk: undefined, text: site.kernelGap ?? 'its kernel rules are unknown'}
}

/** The address of node processes, which the rules of an ambient pod let past ztunnel (istio-cni, host probes). */
export const NODE_PROCESS = '169.254.7.127'

/** An ambient pod that its ztunnel serves and whose rules were not read: those that istio-cni sets are assumed. */
function assumedRedirect(site: Site, port: number): Passing | undefined {
  const {ref} = site.pod
  const served = site.ztunnel?.podStates.some(({name, namespace}) => name === ref.name && namespace === ref.namespace)
  return served === true ? {kind: 'proxy', walk: undefined, port} : undefined
}

/** Without a sidecar nothing is redirected: a pod without proxy and kernel evidence is simulated without rules. */
function hasNoCapture(site: Site): boolean {
  return site.pod.hostNetwork || site.pod.mode === 'none' || site.pod.mode === 'control-plane'
}

/** The first packet of a connection a process of the pod opens. */
export function leavingPod(site: Site, opener: Opener, to: IpPort): Passing {
  const destination = parseIp(to.ip)
  if (destination === undefined) return {kind: 'unknown', walk: undefined, text: `${to.ip} is not an IP address`}
  // The rules of its node do not redirect to a proxy.
  if (site.pod.hostNetwork) return {kind: 'leaves', walk: undefined, address: to}
  if (site.kernel === undefined) {
    const taken = ownAddress(site, to.ip) ? undefined : assumedRedirect(site, 15_001)
    if (taken !== undefined) return taken
    if (!hasNoCapture(site) && site.pod.mode !== 'gateway') return unreadable(site)
    const kind = ownAddress(site, to.ip) ? 'socket' : 'leaves'
    return {kind, walk: undefined, address: to}
  }
  const source = opener.boundTo === undefined ? undefined : parseIp(opener.boundTo)
  const packet: Packet = {
    protocol: 'tcp',
    destination,
    destinationPort: to.port,
    uid: opener.uid,
    gid: opener.gid,
    ...definedFields({source: source === undefined || source.family !== destination.family ? undefined : source}),
  }
  return passing(walkFlow(site.kernel.rules, site.kernel.machine, packet))
}

/** The first packet of a connection that arrives at the pod from outside it. */
export function enteringPod(site: Site, from: string, to: IpPort): Passing {
  const destination = parseIp(to.ip)
  if (destination === undefined) return {kind: 'unknown', walk: undefined, text: `${to.ip} is not an IP address`}
  if (site.kernel === undefined) {
    const taken = from === NODE_PROCESS ? undefined : assumedRedirect(site, 15_006)
    if (taken !== undefined) return taken
    if (from === NODE_PROCESS) return {kind: 'socket', walk: undefined, address: to}
    if (!hasNoCapture(site) && site.pod.mode !== 'gateway') return unreadable(site)
    return {kind: 'socket', walk: undefined, address: to}
  }
  const {machine, rules} = site.kernel
  const device = machine.interfaces.find(({name, addresses}) => name !== 'lo' && addresses.length > 0)
  const source = parseIp(from)
  const packet: Packet = {
    interface: device?.name ?? 'eth0',
    protocol: 'tcp',
    destination,
    destinationPort: to.port,
    ...definedFields({source: source === undefined || source.family !== destination.family ? undefined : source}),
  }
  return passing(walkFlow(rules, machine, packet))
}
