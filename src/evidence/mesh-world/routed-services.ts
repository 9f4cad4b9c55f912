import {fullHost} from '../../analysis/istio-config/host-names.js'
import {listOf, textOf, textsOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube-object.js'
import type {ServiceModel} from '../../model/kube-service.js'
import type {Source} from '../../sources/source.js'

function hostsOf({metadata: {namespace = ''}, ...rest}: KubeObject): readonly string[] {
  return textsOf(rest, 'spec', 'hosts').map(host => fullHost(host, namespace))
}

/** Backends that are part of the Service itself: their selectors ask for all that its own asks for. */
function staysWithin(rule: unknown, namespace: string, service: ServiceModel, all: readonly ServiceModel[]): boolean {
  if (listOf(rule, 'filters').length > 0) return false
  return listOf(rule, 'backendRefs').every(ref => {
    const found = all.find(
      ({object}) => object.name === textOf(ref, 'name') && object.namespace === (textOf(ref, 'namespace') ?? namespace),
    )
    return (
      found !== undefined && Object.entries(service.selector).every(([key, value]) => found.selector[key] === value)
    )
  })
}

/** Names the VirtualService or HTTPRoute that may send requests for a Service elsewhere than to its pods; undefined where none does. */
export type RouteOf = (service: ServiceModel) => string | undefined

/** Reads the routes of a mesh. Lists that could not be read are unknown routes: then every Service may have one. */
export async function readRoutes(source: Source, services: readonly ServiceModel[]): Promise<RouteOf> {
  const [virtual, http] = await Promise.all([
    source.objects({kind: 'VirtualService'}),
    source.objects({kind: 'HTTPRoute'}),
  ])
  return service => {
    const {name, namespace} = service.object
    if (!virtual.ok) return 'a VirtualService (they could not be read)'
    const host = `${name}.${namespace}.svc.cluster.local`
    const found = virtual.value.find(each => hostsOf(each).includes(host))
    if (found !== undefined) return `VirtualService ${found.metadata.namespace}/${found.metadata.name}`
    const route = (http.ok ? http.value : []).find(each => {
      const own = each.metadata.namespace ?? ''
      const attached = listOf(each, 'spec', 'parentRefs').some(
        ref =>
          textOf(ref, 'kind') === 'Service' &&
          textOf(ref, 'name') === name &&
          (textOf(ref, 'namespace') ?? own) === namespace,
      )
      return attached && !listOf(each, 'spec', 'rules').every(rule => staysWithin(rule, own, service, services))
    })
    return route === undefined ? undefined : `HTTPRoute ${route.metadata.namespace}/${route.metadata.name}`
  }
}
