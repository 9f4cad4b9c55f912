import type {IpPort} from '../../model/envoy/request.js'
import {type IpAddress, parseIp} from '../../model/kernel/ip-address.js'
import type {KernelListener} from '../../model/kernel/network-namespace.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Site} from './world.js'

function hears(listener: KernelListener, address: IpAddress | undefined, port: number): boolean {
  if (listener.protocol !== 'tcp' || listener.port !== port) return false
  if (address === undefined) return true
  if (listener.address !== undefined)
    return listener.address.family === address.family && listener.address.bits === address.bits
  return listener.family === undefined || listener.family === address.family
}

/** Whether a process of the pod listens on the address: `unknown` where its sockets were not read, or not all of them. */
export function listensOn({sockets}: Site, {ip, port}: IpPort): boolean | 'unknown' {
  if (sockets === undefined) return 'unknown'
  const address = parseIp(ip)
  if (sockets.listeners.some(each => hears(each, address, port))) return true
  return sockets.complete ? false : 'unknown'
}

/** What a delivery to the address takes for granted, as a clause; undefined where the sockets were read or the pod declares the port. */
export function assumedListener(site: Site, to: IpPort): string | undefined {
  const {pod} = site
  if (listensOn(site, to) === true || pod.ports.includes(to.port)) return undefined
  return `an application listens on port ${to.port} of ${podLabel(pod.ref)}, which does not declare it and whose sockets were not read`
}
