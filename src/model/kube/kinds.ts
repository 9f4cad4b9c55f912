import {own} from '../collections/own.js'

/** The kinds meshctl reads, with the preferred API version and kubectl's names. */
export interface Kind {
  readonly kind: string
  readonly apiVersion: string
  readonly resource: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
}

function row(kind: string, apiVersion: string, resource: string, shortNames: string, namespaced = true): Kind {
  return {kind, apiVersion, resource, namespaced, shortNames: shortNames === '' ? [] : shortNames.split(' ')}
}

export const KINDS: readonly Kind[] = [
  row('Pod', 'v1', 'pods', 'po'),
  row('Service', 'v1', 'services', 'svc'),
  row('Namespace', 'v1', 'namespaces', 'ns', false),
  row('Node', 'v1', 'nodes', 'no', false),
  row('ConfigMap', 'v1', 'configmaps', 'cm'),
  row('Endpoints', 'v1', 'endpoints', 'ep'),
  row('ServiceAccount', 'v1', 'serviceaccounts', 'sa'),
  row('ReplicationController', 'v1', 'replicationcontrollers', 'rc'),
  row('Event', 'v1', 'events', 'ev'),
  row('Deployment', 'apps/v1', 'deployments', 'deploy'),
  row('ReplicaSet', 'apps/v1', 'replicasets', 'rs'),
  row('StatefulSet', 'apps/v1', 'statefulsets', 'sts'),
  row('DaemonSet', 'apps/v1', 'daemonsets', 'ds'),
  row('Job', 'batch/v1', 'jobs', ''),
  row('CronJob', 'batch/v1', 'cronjobs', 'cj'),
  row('Rollout', 'argoproj.io/v1alpha1', 'rollouts', 'ro'),
  row('EndpointSlice', 'discovery.k8s.io/v1', 'endpointslices', ''),
  row('NetworkPolicy', 'networking.k8s.io/v1', 'networkpolicies', 'netpol'),
  row('MutatingWebhookConfiguration', 'admissionregistration.k8s.io/v1', 'mutatingwebhookconfigurations', '', false),
  row(
    'ValidatingWebhookConfiguration',
    'admissionregistration.k8s.io/v1',
    'validatingwebhookconfigurations',
    '',
    false,
  ),
  row('CustomResourceDefinition', 'apiextensions.k8s.io/v1', 'customresourcedefinitions', 'crd crds', false),
  // Before the kinds of Istio: a bare `gateway` means Istio's.
  row('Gateway', 'gateway.networking.k8s.io/v1', 'gateways', 'gtw'),
  row('HTTPRoute', 'gateway.networking.k8s.io/v1', 'httproutes', ''),
  row('GRPCRoute', 'gateway.networking.k8s.io/v1', 'grpcroutes', ''),
  row('TCPRoute', 'gateway.networking.k8s.io/v1', 'tcproutes', ''),
  row('TLSRoute', 'gateway.networking.k8s.io/v1', 'tlsroutes', ''),
  row('ReferenceGrant', 'gateway.networking.k8s.io/v1beta1', 'referencegrants', 'refgrant'),
  row('BackendTLSPolicy', 'gateway.networking.k8s.io/v1', 'backendtlspolicies', 'btlspolicy'),
  row('VirtualService', 'networking.istio.io/v1', 'virtualservices', 'vs'),
  row('DestinationRule', 'networking.istio.io/v1', 'destinationrules', 'dr'),
  row('Gateway', 'networking.istio.io/v1', 'gateways', 'gw'),
  row('ServiceEntry', 'networking.istio.io/v1', 'serviceentries', 'se'),
  row('WorkloadEntry', 'networking.istio.io/v1', 'workloadentries', 'we'),
  row('WorkloadGroup', 'networking.istio.io/v1', 'workloadgroups', 'wg'),
  row('Sidecar', 'networking.istio.io/v1', 'sidecars', ''),
  row('EnvoyFilter', 'networking.istio.io/v1alpha3', 'envoyfilters', ''),
  row('ProxyConfig', 'networking.istio.io/v1beta1', 'proxyconfigs', ''),
  row('PeerAuthentication', 'security.istio.io/v1', 'peerauthentications', 'pa'),
  row('AuthorizationPolicy', 'security.istio.io/v1', 'authorizationpolicies', 'ap'),
  row('RequestAuthentication', 'security.istio.io/v1', 'requestauthentications', 'ra'),
  row('Telemetry', 'telemetry.istio.io/v1', 'telemetries', 'telemetry'),
  row('WasmPlugin', 'extensions.istio.io/v1alpha1', 'wasmplugins', ''),
  row('TrafficExtension', 'extensions.istio.io/v1alpha1', 'trafficextensions', ''),
]

/** True for kinds that act across namespaces, so that any object of the cluster may concern a pod. */
export function isMeshWide({kind, apiVersion}: Pick<Kind, 'kind' | 'apiVersion'>): boolean {
  return kind === 'Service' || kind === 'Namespace' || apiVersion.includes('.istio.io/')
}

const BY_WORD: ReadonlyMap<string, Kind> = new Map(
  KINDS.flatMap(kind =>
    [
      kind.kind.toLowerCase(),
      kind.resource,
      `${kind.resource}.${kind.apiVersion.split('/')[0]}`,
      ...kind.shortNames,
    ].map(word => [word, kind] as const),
  ),
)

/** Resolves `deploy`, `Deployment`, `deployments` or `deployments.apps` to a kind meshctl knows. */
export function kindOf(word: string): Kind | undefined {
  const lower = word.toLowerCase()
  return BY_WORD.get(lower) ?? BY_WORD.get(lower.replace(/^([a-z]+)\..*$/, '$1'))
}

/** The API group of an apiVersion; empty for the core group. */
export function groupOf(apiVersion: unknown): string {
  return typeof apiVersion === 'string' && apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
}

/** Groups that serve the objects of another group under a second name (Kubernetes API, Event v1). */
const SAME_GROUP: Readonly<Record<string, string>> = {'events.k8s.io': ''}

/**
 * False for an object that only shares the name of its kind, as Services of Knative and Gateways of the Gateway API do; objects without a group
 * (written loosely, in lists) and those of Kubernetes' first groups count.
 */
export function isOfKind(object: {readonly apiVersion?: unknown}, kind: Kind): boolean {
  const written = groupOf(object.apiVersion)
  const group = own(SAME_GROUP, written) ?? written
  return group === '' || group === 'extensions' || group === groupOf(kind.apiVersion)
}

/** The Gateway of the Gateway API in an object query: the bare kind means Istio's. */
export const GATEWAY_API_GATEWAY = 'gateways.gateway.networking.k8s.io'

/** The word that names a kind in an object query: the kind alone, with its group where another kind has the same name. */
export function kindWord({kind, apiVersion}: Pick<Kind, 'kind' | 'apiVersion'>): string {
  const meant = kindOf(kind)
  if (meant === undefined || isOfKind({apiVersion}, meant)) return kind
  const own = KINDS.find(each => each.kind === kind && isOfKind({apiVersion}, each))
  return own === undefined ? kind : `${own.resource}.${groupOf(own.apiVersion)}`
}
