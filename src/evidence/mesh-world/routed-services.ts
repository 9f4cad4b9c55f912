import {fullHost} from '../../analysis/istio-config/host-names.js'
import {listOf, numberOf, objectOf, textOf, textsOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
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

/** Whether a match takes the path; undefined where it asks for more than the path. */
function takesPath(match: unknown, path: string): boolean | undefined {
  const keys = Object.keys(match as object)
  if (keys.some(key => !['uri', 'name'].includes(key))) return undefined
  const [exact, prefix] = [textOf(match, 'uri', 'exact'), textOf(match, 'uri', 'prefix')]
  if (exact !== undefined) return path === exact
  if (prefix !== undefined) return path.startsWith(prefix)
  return keys.includes('uri') ? undefined : true
}

/** The first route of a VirtualService that takes the path; undefined where matches ask for more than the path. */
function routeFor(object: KubeObject, path: string): unknown {
  for (const route of listOf(object, 'spec', 'http')) {
    const matches = listOf(route, 'match').map(each => takesPath(each, path))
    if (matches.length === 0 || matches.includes(true)) return route
    if (matches.includes(undefined)) return undefined
  }
  return undefined
}

/** What a VirtualService does with a path: passes it to the Service itself, answers with a status, or something the path alone does not decide. */
function outcomeOf(object: KubeObject, host: string, path: string): 'stays' | number | undefined {
  const route = routeFor(object, path)
  if (route === undefined) return undefined
  const status = numberOf(route, 'directResponse', 'status')
  if (status !== undefined) return status
  const others = ['redirect', 'delegate', 'rewrite'].some(name => objectOf(route, name) !== undefined)
  if (others || objectOf(route, 'fault', 'abort') !== undefined) return undefined
  const home = object.metadata.namespace ?? ''
  const own = listOf(route, 'route').every(
    each =>
      fullHost(textOf(each, 'destination', 'host') ?? '', home) === host &&
      textOf(each, 'destination', 'subset') === undefined &&
      numberOf(each, 'destination', 'port', 'number') === undefined,
  )
  return own ? 'stays' : undefined
}

/** What routes do with a request for a Service: a status they answer with, or why they may send it elsewhere; undefined where it goes to its pods. */
export type RouteOf = (service: ServiceModel, path: string | undefined) => number | string | undefined

/** Reads the routes of a mesh. Lists that could not be read are unknown routes: then every Service may have one. */
export async function readRoutes(source: Source, services: readonly ServiceModel[]): Promise<RouteOf> {
  const [virtual, http] = await Promise.all([
    source.objects({kind: 'VirtualService'}),
    source.objects({kind: 'HTTPRoute'}),
  ])
  return (service, path) => {
    const {name, namespace} = service.object
    if (!virtual.ok) return 'a VirtualService (they could not be read)'
    const host = `${name}.${namespace}.svc.cluster.local`
    const found = virtual.value.find(each => hostsOf(each).includes(host))
    const outcome = found === undefined || path === undefined ? undefined : outcomeOf(found, host, path)
    if (outcome !== undefined) return outcome === 'stays' ? undefined : outcome
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
