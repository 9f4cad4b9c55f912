import type {EnvoyProxy, ListenerEntry} from '../../../model/envoy/proxy.js'
import type {IpPort} from '../../../model/envoy/request.js'
import {formatIp, parseIp} from '../../../model/kernel/ip-address.js'

// Listener choice: https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/listener_filters/original_dst_filter

function canonical(ip: string): string {
  const parsed = parseIp(ip)
  return parsed === undefined ? ip : formatIp(parsed)
}

function at(listeners: readonly ListenerEntry[], ip: string, port: number): ListenerEntry | undefined {
  return listeners.find(each => each.addresses.some(one => one.port === port && canonical(one.ip) === canonical(ip)))
}

/** The listener of an address: an exact match first, then the wildcard of its family. */
export function listenerOf(listeners: readonly ListenerEntry[], address: IpPort): ListenerEntry | undefined {
  const wildcard = address.ip.includes(':') ? '::' : '0.0.0.0'
  return at(listeners, address.ip, address.port) ?? at(listeners, wildcard, address.port)
}

/** The listener whose own socket accepts connections to an address. */
export function acceptingListener(proxy: EnvoyProxy, address: IpPort): ListenerEntry | undefined {
  return listenerOf(
    proxy.listeners.filter(each => each.bound),
    address,
  )
}
