import type {EnvoyProxy} from '../../model/envoy/proxy.js'
import {parseIp} from '../../model/ip-address.js'

/** The address a route configuration lists beside a host among the domains of one virtual host, as istiod writes them. */
export function addressBesideHost(proxy: EnvoyProxy, host: string): string | undefined {
  for (const name of proxy.routeNames()) {
    const domains = proxy.routeConfiguration(name)?.virtualHosts.map(each => each.domains) ?? []
    const found = domains.find(each => each.includes(host))?.find(each => parseIp(each) !== undefined)
    if (found !== undefined) return found
  }
  return undefined
}
