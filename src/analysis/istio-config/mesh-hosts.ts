import {appliesToMesh, type VirtualServiceConfig} from '../../model/istio-config/virtual-service.js'
import {fullHost, visibleScopes} from './host-names.js'

/** The VirtualServices of sidecars, by the namespace they are visible in (`*` for all) and by host. */
export function virtualServicesByScope(
  all: readonly VirtualServiceConfig[],
): ReadonlyMap<string, ReadonlyMap<string, readonly VirtualServiceConfig[]>> {
  const scopes = new Map<string, Map<string, VirtualServiceConfig[]>>()
  for (const each of all.filter(appliesToMesh)) {
    const {namespace} = each.object.ref
    for (const scope of visibleScopes(each.exportTo, namespace)) {
      const hosts = scopes.get(scope) ?? new Map<string, VirtualServiceConfig[]>()
      scopes.set(scope, hosts)
      for (const host of each.hosts) {
        const full = fullHost(host, namespace)
        const known = hosts.get(full)
        if (known === undefined) hosts.set(full, [each])
        else known.push(each)
      }
    }
  }
  return scopes
}
