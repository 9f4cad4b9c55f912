import {definedFields} from '../../model/collections/defined-fields.js'
import {groupOf, isMeshWide, KINDS, type Kind} from '../../model/kube/kinds.js'
import type {KubePermission} from '../../model/kube/permission.js'

/** Where a permission is needed: the namespaces of the pods, the control plane's namespace, or cluster-wide. */
type Place = 'pods' | 'control-plane' | 'cluster'

interface Task {
  readonly what: string
  readonly place: Place
  /** Resources with their API group. */
  readonly resources: readonly (readonly [group: string, resource: string])[]
  readonly verbs: readonly string[]
}

function task(what: string, place: Place, group: string, resources: string, verbs: string): Task {
  return {what, place, resources: resources.split(' ').map(each => [group, each]), verbs: verbs.split(' ')}
}

/** Listing every kind of an API group that meshctl knows. */
function readGroup(what: string, place: Place, group: string): Task {
  return readKinds(what, place, ({apiVersion}) => apiVersion.startsWith(`${group}/`), 'list')
}

function readKinds(what: string, place: Place, wanted: (kind: Kind) => boolean, verbs: string): Task {
  const resources = KINDS.filter(wanted).map(({apiVersion, resource}) => [groupOf(apiVersion), resource] as const)
  return {what, place, resources, verbs: verbs.split(' ')}
}

/** Kinds that capture lists in the namespaces of the pods and of the control plane alone. */
const isLocal = (kind: Kind) => kind.namespaced && !isMeshWide(kind) && kind.kind !== 'ConfigMap'

const ISTIO = 'networking.istio.io'

/** Streams are checked for `get` up to Kubernetes 1.34 and for `create` as well from 1.35 (and by SPDY clients). */
const STREAM = 'get create'

/** Kinds that `analyze` does not read (reports/analyze, UNUSED), with the ConfigMaps that it reads beside istiod alone. */
const NOT_ANALYZED = [
  'ReplicaSet',
  'Event',
  'EndpointSlice',
  'Endpoints',
  'ServiceAccount',
  'ReplicationController',
  'ConfigMap',
]

/** The tasks meshctl performs in a cluster and the permissions each needs. */
const TASKS = {
  pods: task('find pods', 'pods', '', 'pods', 'get list'),
  pod: task('read the pod', 'pods', '', 'pods', 'get'),
  forward: task("query Envoy's admin port", 'pods', '', 'pods/portforward', STREAM),
  exec: task('run commands in containers', 'pods', '', 'pods/exec', STREAM),
  logs: task('read logs', 'pods', '', 'pods/log', 'get'),
  service: task('read the Service', 'pods', '', 'services', 'get list'),
  services: task('read Services', 'pods', '', 'services', 'list'),
  slices: task('read endpoint slices', 'pods', 'discovery.k8s.io', 'endpointslices', 'list'),
  workloads: task('resolve deploy/NAME', 'pods', 'apps', 'daemonsets deployments replicasets statefulsets', 'get'),
  podEvents: task('read events of pods', 'pods', '', 'events', 'list'),
  policies: readGroup('read network policies', 'pods', 'networking.k8s.io'),
  gateways: task('read Gateways of the Gateway API', 'pods', 'gateway.networking.k8s.io', 'gateways', 'list'),
  routes: task('read HTTPRoutes', 'pods', 'gateway.networking.k8s.io', 'httproutes', 'list'),
  debug: task('add a debug container', 'pods', '', 'pods/ephemeralcontainers', 'patch'),
  allServices: task('find the Services of the mesh', 'cluster', '', 'services', 'list'),
  allPods: task('find the pods of the mesh', 'cluster', '', 'pods', 'list'),
  allNetworkPolicies: readGroup('read the network policies of the mesh', 'cluster', 'networking.k8s.io'),
  allSlices: task('find the endpoints of the mesh', 'cluster', 'discovery.k8s.io', 'endpointslices', 'list'),
  namespaces: task('read namespaces', 'cluster', '', 'namespaces', 'get list'),
  listNamespaces: task('list namespaces', 'cluster', '', 'namespaces', 'list'),
  nodes: task('read nodes', 'cluster', '', 'nodes', 'list'),
  webhooks: task(
    'read injection webhooks',
    'cluster',
    'admissionregistration.k8s.io',
    'mutatingwebhookconfigurations',
    'list',
  ),
  filters: task('read EnvoyFilters', 'cluster', ISTIO, 'envoyfilters', 'list'),
  entries: task('read ServiceEntries', 'cluster', ISTIO, 'serviceentries', 'list'),
  machines: task('find machines outside Kubernetes', 'cluster', ISTIO, 'workloadentries', 'list'),
  sidecars: task('read Sidecar objects', 'cluster', ISTIO, 'sidecars', 'list'),
  traffic: readGroup('read traffic resources', 'cluster', ISTIO),
  security: readGroup('read security policies', 'cluster', 'security.istio.io'),
  istiods: task('find istiod', 'control-plane', '', 'pods', 'list'),
  istiod: task("query istiod's debug port", 'control-plane', '', 'pods/portforward', STREAM),
  istiodExec: task('run commands in istiod', 'control-plane', '', 'pods/exec', STREAM),
  istiodLogs: task('read logs besides those of istiod', 'control-plane', '', 'pods/log', 'get'),
  istiodServices: task('read the Services of istiod', 'control-plane', '', 'services', 'list'),
  analyzed: readKinds('read the objects of the cluster', 'cluster', ({kind}) => !NOT_ANALYZED.includes(kind), 'list'),
  everyLocal: readKinds('list objects of the namespace', 'pods', isLocal, 'list'),
  everyLocalIstiod: readKinds('list objects besides asking istiod', 'control-plane', isLocal, 'list'),
  everyWide: readKinds('list objects of the cluster', 'cluster', kind => !kind.namespaced || isMeshWide(kind), 'list'),
  mesh: task('read mesh settings', 'control-plane', '', 'configmaps', 'list'),
} as const satisfies Record<string, Task>

export type TaskId = keyof typeof TASKS

/** What a command cannot do without, and what makes its answer more complete. */
export interface ClusterNeeds {
  readonly needs: readonly TaskId[]
  readonly more: readonly TaskId[]
  /** Has a --debug-container flag, which changes the pod, so its permission is listed only on request. */
  readonly debug?: true
  /** Lists are watched too. */
  readonly watches?: true
}

export interface Places {
  /** undefined: every namespace. */
  readonly namespace: string | undefined
  readonly istioNamespace: string
  /** Include the permissions --debug-container needs. */
  readonly debugContainer?: boolean
}

export interface PermissionNeed {
  readonly what: string
  readonly required: boolean
  readonly permissions: readonly KubePermission[]
  /** What is used instead where the permissions are refused; not part of a role. */
  readonly instead: readonly KubePermission[]
}

/** A page that cannot be read over a port-forward is read with a command in the container. */
function insteadOf(permissions: readonly KubePermission[]): readonly KubePermission[] {
  return permissions
    .filter(({subresource}) => subresource === 'portforward')
    .map(permission => ({...permission, subresource: 'exec'}))
}

function namespaceOf(place: Place, {namespace, istioNamespace}: Places): string | undefined {
  if (place === 'cluster') return undefined
  return place === 'pods' ? namespace : istioNamespace
}

function permissionsOf({place, resources, verbs}: Task, places: Places): readonly KubePermission[] {
  const namespace = namespaceOf(place, places)
  const where = definedFields({namespace})
  return resources.flatMap(([group, each]) => {
    const [resource = '', subresource] = each.split('/')
    const what = subresource === undefined ? {resource} : {resource, subresource}
    return verbs.map(verb => ({verb, group, ...what, ...where}))
  })
}

/** A list that is kept current needs `watch` beside `list`. */
function watchedToo(permission: KubePermission): readonly KubePermission[] {
  return permission.verb === 'list' ? [permission, {...permission, verb: 'watch'}] : [permission]
}

/** Everything a command asks of a cluster, in the namespaces meant. */
export function permissionNeeds(declared: ClusterNeeds, places: Places): readonly PermissionNeed[] {
  const need = (id: TaskId, required: boolean): PermissionNeed => {
    const lists = permissionsOf(TASKS[id], places)
    const permissions = declared.watches === true ? lists.flatMap(watchedToo) : lists
    return {what: TASKS[id].what, required, permissions, instead: insteadOf(permissions)}
  }
  const debug = declared.debug === true && places.debugContainer === true ? [need('debug', true)] : []
  return [...declared.needs.map(id => need(id, true)), ...debug, ...declared.more.map(id => need(id, false))]
}
