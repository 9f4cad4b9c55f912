import type {MeshPod, Site, SiteKernel} from '../../analysis/request-path/world.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {IpAddress, IpRange} from '../../model/kernel/ip-address.js'
import {parseIp} from '../../model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../model/kernel/network-namespace.js'

function swapped(machine: NetworkNamespace, from: IpAddress, to: IpAddress): NetworkNamespace {
  const address = (each: IpAddress): IpAddress => (each.family === from.family && each.bits === from.bits ? to : each)
  const range = (each: IpRange): IpRange =>
    each.family === from.family && each.bits === from.bits ? {...each, bits: to.bits} : each
  const {listeners: _, ...rest} = machine
  return {
    ...rest,
    interfaces: machine.interfaces.map(each => ({...each, addresses: each.addresses.map(address)})),
    routes: machine.routes.map(each => ({
      ...each,
      to: range(each.to),
      ...definedFields({source: each.source === undefined ? undefined : address(each.source)}),
    })),
  }
}

/** The kernel of a pod that was not captured: that of another with a sidecar, with the pod's own address. */
export function lentKernel(donor: Site, pod: MeshPod): SiteKernel | undefined {
  const from = parseIp(donor.pod.addresses[0] ?? '')
  const to = parseIp(pod.addresses[0] ?? '')
  if (donor.kernel === undefined || from === undefined || to === undefined) return undefined
  return {...donor.kernel, machine: swapped(donor.kernel.machine, from, to), from: 'computed'}
}
