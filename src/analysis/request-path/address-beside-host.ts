import type {EnvoyProxy} from '../../model/envoy/proxy.js'
import {parseIp} from '../../model/kernel/ip-address.js'

/**
 * The address a route configuration lists beside a host among the domains of one virtual host, as istiod writes them;
 * `port` is the port dialled, which names the configuration.
 */
export function addressBesideHost(proxy: EnvoyProxy, host: string, port: number): string | undefined {
  const named = proxy
    .routeNames()
    .filter(name => name === String(port) || name.startsWith(`${host}.`) || name.startsWith(`${host}:`))
  for (const name of named) {
    const domains = proxy.routeConfiguration(name)?.virtualHosts.map(each => each.domains) ?? []
    const found = domains.find(each => each.includes(host))?.find(each => parseIp(each) !== undefined)
    if (found !== undefined) return found
  }
  return undefined
}
