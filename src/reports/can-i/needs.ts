import type {Permission} from '../../model/permission.js'

/** Where a permission is needed: the namespaces of the pods asked about, the control plane's, or the whole cluster. */
type Place = 'pods' | 'control-plane' | 'cluster'

interface Task {
  readonly what: string
  readonly place: Place
  readonly group: string
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

function task(what: string, place: Place, group: string, resources: string, verbs: string): Task {
  return {what, place, group, resources: resources.split(' '), verbs: verbs.split(' ')}
}

/** Streams are checked for `get` up to Kubernetes 1.34 and for `create` as well from 1.35 (and by SPDY clients). */
const STREAM = 'get create'

/** What meshctl does in a cluster and what each of it takes. */
const TASKS = {
  pods: task('find pods', 'pods', '', 'pods', 'get list'),
  forward: task("ask Envoy's admin port", 'pods', '', 'pods/portforward', STREAM),
  exec: task('run commands in containers', 'pods', '', 'pods/exec', STREAM),
  logs: task('read logs', 'pods', '', 'pods/log', 'get'),
  services: task('read Services and their endpoints', 'pods', '', 'services endpoints', 'get list'),
  slices: task('read endpoint slices', 'pods', 'discovery.k8s.io', 'endpointslices', 'get list'),
  workloads: task(
    'resolve deploy/NAME and owners',
    'pods',
    'apps',
    'deployments replicasets statefulsets daemonsets',
    'get list',
  ),
  jobs: task('tell Jobs apart', 'pods', 'batch', 'jobs cronjobs', 'get list'),
  events: task('read events', 'pods', '', 'events serviceaccounts configmaps replicationcontrollers', 'list'),
  policies: task('read network policies', 'pods', 'networking.k8s.io', 'networkpolicies', 'get list'),
  debug: task('add a debug container', 'pods', '', 'pods/ephemeralcontainers', 'patch'),
  namespaces: task('read namespaces', 'cluster', '', 'namespaces nodes', 'get list'),
  webhooks: task(
    'read injection webhooks',
    'cluster',
    'admissionregistration.k8s.io',
    'mutatingwebhookconfigurations validatingwebhookconfigurations',
    'get list',
  ),
  crds: task(
    'read the kinds of the cluster',
    'cluster',
    'apiextensions.k8s.io',
    'customresourcedefinitions',
    'get list',
  ),
  traffic: task(
    'read traffic rules',
    'cluster',
    'networking.istio.io',
    'virtualservices destinationrules gateways serviceentries workloadentries sidecars envoyfilters proxyconfigs',
    'get list',
  ),
  security: task(
    'read security policies',
    'cluster',
    'security.istio.io',
    'peerauthentications authorizationpolicies requestauthentications',
    'get list',
  ),
  telemetry: task('read telemetry settings', 'cluster', 'telemetry.istio.io', 'telemetries', 'get list'),
  istiods: task('find istiod', 'control-plane', '', 'pods', 'get list'),
  istiod: task("ask istiod's debug port", 'control-plane', '', 'pods/portforward', STREAM),
  mesh: task('read mesh settings', 'control-plane', '', 'configmaps', 'get list'),
} as const satisfies Record<string, Task>

export type TaskId = keyof typeof TASKS

/** What a command cannot do without, and what makes its answer more complete. */
export interface ClusterNeeds {
  readonly needs: readonly TaskId[]
  readonly more: readonly TaskId[]
  /** Has a --debug-container, which writes to the pod and is therefore asked for by name alone. */
  readonly debug?: true
}

export interface Places {
  /** undefined: every namespace. */
  readonly namespace: string | undefined
  readonly istioNamespace: string
  /** Also what --debug-container takes. */
  readonly debugContainer?: boolean
}

export interface Need {
  readonly what: string
  readonly required: boolean
  readonly permissions: readonly Permission[]
}

function namespaceOf(place: Place, {namespace, istioNamespace}: Places): string | undefined {
  if (place === 'cluster') return undefined
  return place === 'pods' ? namespace : istioNamespace
}

function permissionsOf({place, group, resources, verbs}: Task, places: Places): readonly Permission[] {
  const namespace = namespaceOf(place, places)
  const where = namespace === undefined ? {} : {namespace}
  return resources.flatMap(each => {
    const [resource = '', subresource] = each.split('/')
    const what = subresource === undefined ? {resource} : {resource, subresource}
    return verbs.map(verb => ({verb, group, ...what, ...where}))
  })
}

/** Everything a command asks of a cluster, in the namespaces meant. */
export function permissionNeeds(declared: ClusterNeeds, places: Places): readonly Need[] {
  const need = (id: TaskId, required: boolean): Need => ({
    what: TASKS[id].what,
    required,
    permissions: permissionsOf(TASKS[id], places),
  })
  const debug = declared.debug === true && places.debugContainer === true ? [need('debug', true)] : []
  return [...declared.needs.map(id => need(id, true)), ...debug, ...declared.more.map(id => need(id, false))]
}
