import {own} from '../../model/collections/own.js'
import type {ConfigChange, ResourceDifference} from '../../model/envoy/config-change.js'
import {clusterNameParts} from '../../model/envoy/envoy-cluster.js'

/** The likely cause of a difference; differences are grouped by its title. */
export interface Cause {
  readonly title: string
  /** True if read from the resource itself, false if inferred from its name. */
  readonly sure: boolean
  /** What the inference is based on (default: the resource's name). */
  readonly because?: string
}

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

const API_PATH = /^\/apis\/[^/]+\/[^/]+\/namespaces\/([^/]+)\/([^/]+)\/([^/]+)$/
const KINDS: Readonly<Record<string, string>> = {
  'virtual-service': 'VirtualService',
  'destination-rule': 'DestinationRule',
  'envoy-filter': 'EnvoyFilter',
  'service-entry': 'ServiceEntry',
}

/** The Istio object named in a resource's own metadata (`filterMetadata.istio.config`, pilot/pkg/networking/util). */
function ownObject(value: unknown): string | undefined {
  const istio = fields(fields(fields(fields(value).metadata).filterMetadata).istio)
  const match = API_PATH.exec(String(istio.config ?? ''))
  if (match === null) return undefined
  const [, namespace, kind = '', name] = match
  return `${own(KINDS, kind) ?? kind} ${name}.${namespace}`
}

/** The object a resource or part of one is named after in its metadata; a virtual host has that of its first route. */
function objectIn(value: unknown): string | undefined {
  const {routes} = fields(value)
  return ownObject(value) ?? (Array.isArray(routes) ? ownObject(routes[0]) : undefined)
}

/** The innermost object named on the path from a resource to a change. */
function objectAlong(resource: unknown, change: ConfigChange): string | undefined {
  let found = objectIn(change.after) ?? objectIn(change.before)
  if (found !== undefined) return found
  let here = resource
  for (const part of change.path) {
    found = ownObject(here) ?? found
    here = fields(here)[part]
  }
  return ownObject(here) ?? found
}

/** istiod names RBAC policies after their AuthorizationPolicy: `ns[NS]-policy[NAME]-rule[N]`; JWT providers `origins-N`. */
function policyOf(text: string): string | undefined {
  const [, namespace, name] = /ns\[([^\]]+)\]-policy\[([^\]]+)\]-rule\[\d+\]/.exec(text) ?? []
  if (namespace !== undefined) return `AuthorizationPolicy ${name}.${namespace}`
  return /jwt_authn|"origins-\d+/.test(text) ? 'a RequestAuthentication' : undefined
}

function sample(difference: ResourceDifference): string {
  const inside = difference.changes.slice(0, 50).map(({path, before, after}) => [path, before, after])
  return JSON.stringify(inside).slice(0, 20_000)
}

/** A change of TLS to or from peers: the inbound listener, or the transport sockets of clusters. */
function tlsOf(text: string, {section, name}: ResourceDifference): string | undefined {
  if (!/transportSocket|requireClientCertificate|transportProtocol/.test(text)) return undefined
  if (section === 'listeners') {
    return name === 'virtualInbound' ? 'mTLS mode (PeerAuthentication or mesh-wide)' : undefined
  }
  return section === 'clusters' ? 'TLS to this host (DestinationRule or auto mTLS)' : undefined
}

function service(host: string): string {
  const [, name, namespace] = /^([^.]+)\.([^.]+)\.svc\b/.exec(host) ?? []
  return name === undefined ? `ServiceEntry for ${host}` : `Service ${name}.${namespace}`
}

function clusterCause(name: string, kind: ResourceDifference['kind']): Cause {
  const parts = clusterNameParts(name)
  if (parts === undefined) return {title: 'an EnvoyFilter', sure: false, because: 'Istio does not generate this name'}
  if (parts.direction.startsWith('inbound')) return {title: `this pod's own port ${parts.port}`, sure: false}
  if (parts.subset !== '') return {title: `DestinationRule for ${parts.host} (subset ${parts.subset})`, sure: false}
  const what = service(parts.host)
  return {title: kind === 'changed' ? `settings of ${what}` : what, sure: false}
}

/** Clusters, listeners and routes that every proxy has. */
const BUILT_IN =
  /^(BlackHoleCluster|PassthroughCluster|InboundPassthroughCluster\w*|virtualInbound|virtualOutbound|block_all|allow_any|InboundPassthroughClusterIpv[46])$/

function hostIn(name: string): string | undefined {
  return /^([a-z0-9-]+(?:\.[a-z0-9-]+)+):\d+$/.exec(name)?.[1]
}

/** The host of the virtual hosts that came or went, when all changes of a route are about one host. */
function virtualHostOf({section, changes}: ResourceDifference): string | undefined {
  if (section !== 'routes') return undefined
  const hosts = new Set(changes.map(({path}) => (path.length === 2 ? hostIn(path[1] ?? '') : undefined)))
  return hosts.size === 1 ? [...hosts][0] : undefined
}

function byName(difference: ResourceDifference): Cause {
  const {section, name, kind} = difference
  if (section === 'endpoints') return {title: 'endpoint churn (pods added, removed or changing health)', sure: true}
  if (section === 'secrets') return {title: 'certificate rotation', sure: false}
  if (section === 'extensions') return {title: 'an EnvoyFilter or WasmPlugin', sure: false}
  if (BUILT_IN.test(name)) return {title: 'mesh-wide settings or a policy of this workload', sure: false}
  if (section === 'clusters') return clusterCause(name, kind)
  const port = /(?:^|[_:|])(\d{1,5})$/.exec(name)?.[1] ?? (/^\d+$/.test(name) ? name : undefined)
  const host = hostIn(name) ?? virtualHostOf(difference)
  if (host !== undefined) return {title: service(host), sure: false}
  if (port !== undefined) return {title: `Services on port ${port}`, sure: false}
  return {title: 'an EnvoyFilter or Gateway', sure: false}
}

/** The likely cause of one difference: the object the resource itself names, a policy named in it, else what its name says. */
export function differenceCauseOf(difference: ResourceDifference): Cause {
  const whole = difference.after ?? difference.before
  if (difference.kind !== 'changed') {
    const own = ownObject(whole)
    return own === undefined ? byName(difference) : {title: own, sure: true}
  }
  const objects = difference.changes.map(
    change => objectAlong(difference.after, change) ?? objectAlong(difference.before, change),
  )
  const named = objects.find(object => object !== undefined)
  const text = sample(difference)
  const policy = policyOf(text)
  if (policy !== undefined) return {title: policy, sure: true}
  if (named !== undefined) return {title: named, sure: true}
  const tls = tlsOf(text, difference)
  return tls === undefined ? byName(difference) : {title: tls, sure: false}
}

/** A changed resource as one difference per object that its changes are from; changes that name none stay together by host. */
function partsOf(difference: ResourceDifference): readonly ResourceDifference[] {
  if (difference.kind !== 'changed') return [difference]
  const parts = new Map<string, ConfigChange[]>()
  for (const change of difference.changes) {
    const object = objectAlong(difference.after, change) ?? objectAlong(difference.before, change)
    const key = object ?? virtualHostOf({...difference, changes: [change]}) ?? ''
    const part = parts.get(key)
    if (part === undefined) parts.set(key, [change])
    else part.push(change)
  }
  return parts.size < 2 ? [difference] : [...parts.values()].map(changes => ({...difference, changes}))
}

/** Differences of one likely cause. */
export interface CauseGroup {
  readonly cause: Cause
  readonly differences: readonly ResourceDifference[]
}

/** The causes of added and removed clusters, by port and by cluster name. */
interface Owners {
  readonly byPort: ReadonlyMap<string, ReadonlySet<string>>
  readonly byCluster: ReadonlyMap<string, Cause>
}

function ownersOf(differences: readonly ResourceDifference[], causes: readonly Cause[]): Owners {
  const byPort = new Map<string, Set<string>>()
  const byCluster = new Map<string, Cause>()
  differences.forEach(({section, name, kind}, index) => {
    const parts = section === 'clusters' && kind !== 'changed' ? clusterNameParts(name) : undefined
    const cause = causes[index]
    if (parts === undefined || cause === undefined) return
    byCluster.set(name, cause)
    const port = String(parts.port)
    byPort.set(port, (byPort.get(port) ?? new Set()).add(cause.title))
  })
  return {byPort, byCluster}
}

/** A listener or route known only by its port, and the endpoints of an added or removed cluster, get the cause of that cluster. */
function causeOfCluster(difference: ResourceDifference, cause: Cause, owners: Owners): Cause {
  if (difference.section === 'endpoints' && difference.kind !== 'changed') {
    return owners.byCluster.get(difference.name) ?? cause
  }
  const port = /^Services on port (\d+)$/.exec(cause.title)?.[1]
  const [only, ...others] = [...(owners.byPort.get(port ?? '') ?? [])]
  return only === undefined || others.length > 0 ? cause : {title: only, sure: false}
}

/** What changed, independent of where: the last parts of each path with the values before and after. */
function signature({kind, changes}: ResourceDifference): string | undefined {
  if (kind !== 'changed' || changes.length === 0) return undefined
  const parts = changes.map(({op, path, before, after}) => {
    const tail = path.slice(-4).map(part => (/^\d+$/.test(part) ? '*' : part))
    return JSON.stringify([op, tail, before, after])
  })
  return [...new Set(parts)].sort().join('\n')
}

/** The same change in at least this many resources is reported as one setting instead of many causes. */
const SHARED_FROM = 3

/** The causes of differences; inferred causes are replaced by one cause if the same change is in many resources. */
function causesOf(differences: readonly ResourceDifference[]): readonly Cause[] {
  const signatures = differences.map(signature)
  const counts = new Map<string, number>()
  for (const each of signatures) if (each !== undefined) counts.set(each, (counts.get(each) ?? 0) + 1)
  return differences.map((difference, index) => {
    const cause = differenceCauseOf(difference)
    const count = counts.get(signatures[index] ?? '') ?? 0
    if (cause.sure || count < SHARED_FROM) return cause
    return {title: `the same change in ${count} places`, sure: false}
  })
}

/** Differences grouped by likely cause, the largest groups first; a resource that several objects changed stands under each with its changes. */
export function groupByCause(whole: readonly ResourceDifference[]): readonly CauseGroup[] {
  const differences = whole.flatMap(partsOf)
  const causes = causesOf(differences)
  const owners = ownersOf(differences, causes)
  const groups = new Map<string, {cause: Cause; differences: ResourceDifference[]}>()
  differences.forEach((difference, index) => {
    const cause = causeOfCluster(difference, causes[index] as Cause, owners)
    const group = groups.get(cause.title) ?? {cause, differences: []}
    group.differences.push(difference)
    groups.set(cause.title, group)
  })
  return [...groups.values()].sort(
    (a, b) => b.differences.length - a.differences.length || (a.cause.title < b.cause.title ? -1 : 1),
  )
}
