import type {DestinationRuleModel} from '../../model/istio/istio-policy.js'
import type {
  AuthorizationPolicyModel,
  GatewayModel,
  RouteTarget,
  SidecarModel,
  TrafficRoute,
  VirtualServiceModel,
} from '../../model/istio/istio-traffic.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import type {PodModel} from '../../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'

/** True if a host in an object of namespace `writtenIn` resolves to the Service; short names resolve in that namespace (istio.io, Destination). */
export function resolvesToService(host: string, writtenIn: string, service: ServiceModel, domain: string): boolean {
  const {name, namespace} = service.object
  const full = `${name}.${namespace}.svc.${domain}`
  if (host.startsWith('*')) return host === '*' || full.endsWith(host.slice(1))
  return host.includes('.')
    ? [full, `${name}.${namespace}.svc`, `${name}.${namespace}`].includes(host)
    : host === name && writtenIn === namespace
}

/** The destinations of one route that are the Service (with weights and subsets), and the others. */
export interface RouteShare {
  readonly route: TrafficRoute
  readonly targets: readonly RouteTarget[]
  readonly others: readonly RouteTarget[]
}

export interface VirtualServiceForService {
  readonly virtualService: VirtualServiceModel
  /** The gateways it applies to; `mesh` for sidecars. */
  readonly gateways: readonly string[]
  readonly shares: readonly RouteShare[]
}

/** The VirtualServices that route traffic to a Service, with the share of each route. */
export function virtualServicesForService(
  service: ServiceModel,
  all: readonly VirtualServiceModel[],
  domain: string,
): readonly VirtualServiceForService[] {
  return all.flatMap((virtualService): VirtualServiceForService[] => {
    const home = virtualService.object.namespace
    const mine = (target: RouteTarget) => resolvesToService(target.host, home, service, domain)
    const shares = virtualService.routes
      .map(route => ({
        route,
        targets: route.targets.filter(mine),
        others: route.targets.filter(target => !mine(target)),
      }))
      .filter(
        ({targets, route}) =>
          targets.length > 0 ||
          (route.targets.length === 0 &&
            virtualService.hosts.some(host => resolvesToService(host, home, service, domain))),
      )
    return shares.length === 0 ? [] : [{virtualService, gateways: virtualService.gateways, shares}]
  })
}

export interface DestinationRuleForService {
  readonly rule: DestinationRuleModel
  readonly matching: readonly string[]
  readonly others: readonly string[]
}

/** The DestinationRules for a Service, and which of their subsets the pods belong to. */
export function destinationRulesForService(
  service: ServiceModel,
  pods: readonly PodModel[],
  rules: readonly DestinationRuleModel[],
  domain: string,
): readonly DestinationRuleForService[] {
  return rules
    .filter(rule => resolvesToService(rule.host, rule.object.namespace, service, domain))
    .map(rule => {
      const belongs = (labels: Readonly<Record<string, string>>) =>
        pods.some(pod => matchesLabels(requirementsOf(labels), pod.labels))
      const matching = rule.subsets.filter(({labels}) => belongs(labels)).map(({name}) => name)
      return {rule, matching, others: rule.subsets.map(({name}) => name).filter(name => !matching.includes(name))}
    })
}

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name'

/** True if a policy applies to the pod: one with targetRefs only to the pods of that Gateway; one without selector and targetRefs to all (istio.io, AuthorizationPolicy). */
export function policySelectsPod(
  {selector, targets}: Pick<AuthorizationPolicyModel, 'selector' | 'targets'>,
  pod: PodModel,
): boolean {
  const gateway = pod.labels[GATEWAY_NAME]
  if (targets.length > 0) return gateway !== undefined && targets.includes(`Gateway/${gateway}`)
  return selector === undefined || matchesLabels(requirementsOf(selector), pod.labels)
}

/** The AuthorizationPolicies of a pod: those of its namespace and of the root namespace that select it, in order of evaluation (CUSTOM, DENY, ALLOW). */
export function policiesOf(
  pod: PodModel,
  all: readonly AuthorizationPolicyModel[],
  rootNamespace: string,
): readonly AuthorizationPolicyModel[] {
  const order = ['CUSTOM', 'DENY', 'ALLOW', 'AUDIT']
  return all
    .filter(({object}) => object.namespace === pod.object.namespace || object.namespace === rootNamespace)
    .filter(policy => policySelectsPod(policy, pod))
    .sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action) || (a.object.name < b.object.name ? -1 : 1))
}

/** The one Sidecar that applies to a pod: in its namespace with a matching selector, else without selector, else in the root namespace. */
export function sidecarOf(
  pod: PodModel,
  all: readonly SidecarModel[],
  rootNamespace: string,
): SidecarModel | undefined {
  const own = all.filter(({object}) => object.namespace === pod.object.namespace)
  return (
    own.find(({selector}) => selector !== undefined && matchesLabels(requirementsOf(selector), pod.labels)) ??
    own.find(({selector}) => selector === undefined) ??
    all.find(({object, selector}) => object.namespace === rootNamespace && selector === undefined)
  )
}

/** The Gateway a VirtualService names, as `name` of its own namespace or `namespace/name`. */
export function gatewayNamed(word: string, writtenIn: string, all: readonly GatewayModel[]): GatewayModel | undefined {
  const slash = word.indexOf('/')
  const [namespace, name] = slash < 0 ? [writtenIn, word] : [word.slice(0, slash), word.slice(slash + 1)]
  return all.find(({object}) => object.namespace === namespace && object.name === name)
}

/** The scope of a policy as text: `namespace-wide`, `root namespace-wide`, `selector app=x` or `attached to Gateway/x`. */
export function reachOf({object, selector, targets}: AuthorizationPolicyModel, rootNamespace: string): string {
  if (targets.length > 0) return `attached to ${targets.join(', ')}`
  const where = object.namespace === rootNamespace ? 'root namespace' : 'namespace'
  if (selector === undefined) return `${where}-wide`
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`)
  return `selector ${labels.join(',')}${where === 'namespace' ? '' : ` of the ${where}`}`
}

/** The Gateways that select a pod; one without selector selects every gateway (istio.io, Gateway). */
export function gatewaysOf(pod: PodModel, all: readonly GatewayModel[]): readonly GatewayModel[] {
  return all.filter(({selector}) => matchesLabels(requirementsOf(selector), pod.labels))
}

/**
 * True if a proxy in a namespace must have routes from this VirtualService: it is in that namespace, for exactly that host and
 * all clients, and has HTTP routes, whose origin Envoy's metadata names.
 */
export function mustReachProxy(
  {virtualService: {object, hosts, routes, gateways}}: VirtualServiceForService,
  service: ServiceModel,
  namespace: string,
  domain: string,
): boolean {
  const forAll = ({matches}: TrafficRoute) => matches.length === 0 || matches.some(each => !/(^| and )from /.test(each))
  return (
    object.namespace === namespace &&
    gateways.includes('mesh') &&
    hosts.some(host => resolvesToService(host, namespace, service, domain)) &&
    routes.some(route => route.protocol === 'http' && forAll(route))
  )
}
