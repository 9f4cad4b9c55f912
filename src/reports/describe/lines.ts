import type {ComparedRule, Presence} from '../../analysis/traffic-policy/presence.js'
import type {DestinationRuleForService} from '../../analysis/traffic-policy/service-objects.js'
import {type Gap, gapSentences} from '../../model/evidence/answer.js'
import type {Finding} from '../../model/finding.js'
import type {GatewayModel, RouteTarget} from '../../model/istio/istio-traffic.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import type {WaypointState} from '../../model/istio/waypoint.js'
import {objectLabel} from '../../model/kube/pod.js'
import {humanCount} from '../../model/text/human-count.js'
import {type Line, prose, type Tone} from '../../terminal/doc.js'
import type {AppliedPolicy} from './report.js'
import type {Exposure} from './traffic/exposure.js'
import type {DescribedPort, PolicyEnforcer, ServiceDescription} from './traffic/traffic.js'

const NOT_CHECKED = 'not checked'

/** A sentence as a paragraph, indented by `depth`. */
export function lines(text: string, depth = 0, tone?: Tone): readonly Line[] {
  const first = ' '.repeat(depth)
  return [prose(text, tone, `${first}  `, first)]
}

/** An empty line and a section title. */
export function heading(text: string): readonly Line[] {
  return ['', {text, tone: 'strong'}]
}

/** The last sentence of a headline: the number of problems, or that none were found, and how many checks could not run. */
export function outcome(counts: {readonly wrong: number; readonly unasked: number; readonly gaps: number}): string {
  const open = counts.unasked === 0 ? '' : ` (${humanCount(counts.unasked, 'check')} could not run)`
  if (counts.wrong > 0) return `${humanCount(counts.wrong, 'problem')}, see below${open}.`
  return `No problems found${counts.unasked > 0 ? `, but ${humanCount(counts.unasked, 'check')} could not run` : counts.gaps > 0 ? ', but some data is missing' : ''}.`
}

/** Modes of pods without an Envoy that could enforce a policy. */
export const MODES_WITHOUT_ENFORCER: readonly (PodMode | 'unknown')[] = ['none', 'control-plane', 'ztunnel']

/** Shown instead of policies where no proxy could enforce them. */
export const NO_ENFORCER: readonly Line[] = [
  '',
  'No policy applies to inbound traffic: there is no proxy to enforce it.',
]

/** The section of problems: warnings, stale config, findings. */
export function problemLines({
  warnings,
  disagreements,
  findings,
}: {
  readonly warnings: readonly string[]
  readonly disagreements: readonly string[]
  readonly findings: readonly Pick<Finding, 'severity' | 'code' | 'message'>[]
}): readonly Line[] {
  if (warnings.length + disagreements.length + findings.length === 0) return []
  return [
    ...heading('Problems'),
    ...warnings.flatMap(each => lines(`WARNING ${each}`, 2, 'warn')),
    ...disagreements.flatMap(each => lines(`STALE? ${each}`, 2, 'bad')),
    ...findings.flatMap(({severity, code, message}) =>
      lines(`${severity.toUpperCase()} ${code} ${message}`, 2, severity === 'error' ? 'bad' : 'warn'),
    ),
  ]
}

/** The section of missing data with reasons; empty if nothing is missing. */
export function gapLines(gaps: readonly Gap[]): readonly Line[] {
  const sentences = gapSentences(gaps)
  return sentences.length === 0 ? [] : [...heading('Not checked'), ...sentences.flatMap(each => lines(each, 2, 'warn'))]
}

const APPLIED: Readonly<Record<Presence, string>> = {
  both: '; applied by the proxy',
  'objects only': '; NOT applied by the proxy',
  'proxy only': '',
  unknown: '',
}

function appliedText(rules: readonly ComparedRule[], name: string): string {
  return APPLIED[rules.find(each => each.name === name)?.standing ?? 'unknown']
}

function staleRules(kind: string, rules: readonly ComparedRule[]): readonly Line[] {
  return rules
    .filter(({standing}) => standing === 'proxy only')
    .flatMap(({name}) => lines(`${kind} ${name}: only in the proxy, whose config is stale`, 2, 'bad'))
}

/** Objects known only from the proxy, when they could not be read from Kubernetes. */
function fromProxy(kind: string, rules: readonly ComparedRule[]): readonly Line[] {
  const names = rules.map(({name}) => name).join(', ')
  const known = names === '' ? '' : `; the proxy's config was generated from ${names}`
  return lines(`${kind} objects: ${NOT_CHECKED}${known}`, 2, 'warn')
}

const ENFORCER_TEXT: Readonly<Partial<Record<PolicyEnforcer, string>>> = {
  none: 'plaintext, no proxy',
  gateway: 'TLS as set by the servers of its Gateways',
  unknown: 'no known pod receives it',
}

function portText(
  {port, target, protocol, detected, mtls, unserved}: DescribedPort,
  {guard, templates = [], ambient}: Pick<ServiceDescription, 'guard' | 'templates' | 'ambient'>,
): string {
  const to = target ?? `"${port.target}", which no container declares`
  const type = port.protocol === 'TCP' ? '' : `/${port.protocol}`
  const taken =
    detected !== undefined
      ? ` (Envoy treats it as ${detected.protocol})`
      : unserved
        ? ' (Envoy has NO filter chain for it)'
        : ''
  const by = mtls?.by === undefined ? 'default' : objectLabel(mtls.by)
  const differs = detected !== undefined && mtls !== undefined && detected.mtls !== mtls.mode
  const proxyMode = differs ? ` (the proxy applies ${detected?.mtls})` : ''
  const alone =
    detected === undefined ? `mTLS ${NOT_CHECKED}` : `mTLS ${detected.mtls} in the proxy, policies ${NOT_CHECKED}`
  const mode =
    mtls === undefined
      ? alone
      : ambient && mtls.mode === 'DISABLE'
        ? `mTLS PERMISSIVE (ztunnel ignores DISABLE of ${by})`
        : `mTLS ${mtls.mode} (${by})${proxyMode}`
  const receivers =
    templates.length === 0 ? undefined : `received by the pods of ${templates.map(objectLabel).join(', ')} (a manifest)`
  const guess = protocol === 'unknown' ? 'no declared protocol, so Envoy detects it' : protocol
  return `port ${port.port}${type} (${port.name ?? 'no name'}) -> ${to}: ${guess}${taken}; ${receivers ?? ENFORCER_TEXT[guard] ?? mode}`
}

function ruleText({rule, matching, others}: DestinationRuleForService, home: string, guard: PolicyEnforcer): string {
  const {namespace} = rule.object
  const words = [
    ...(namespace === home
      ? []
      : [`in namespace ${namespace}, so only for clients there unless it is the root namespace`]),
    ...(rule.subsets.length > 0 && matching.length === 0 && guard !== 'unknown'
      ? ['NO SUBSET matches these pods']
      : []),
    ...(matching.length === 0 ? [] : [`these pods are subset ${matching.join(', ')}`]),
    ...(others.length === 0 ? [] : [`${guard === 'unknown' ? '' : 'other '}subsets: ${others.join(', ')}`]),
    ...(rule.settings.length === 0 ? ['no traffic policy'] : rule.settings),
  ]
  return `DestinationRule ${rule.object.name}.${rule.object.namespace} for ${rule.host}: ${words.join('; ')}`
}

function targetText({host, subset, weight}: RouteTarget): string {
  return `${weight}% to ${host}${subset === undefined ? '' : ` subset ${subset}`}`
}

/** Why a route does not reach the described pods: weight 0, a subset they are not in, or an undefined subset. */
function whyNotReached(
  target: RouteTarget,
  rules: readonly DestinationRuleForService[] | undefined,
  guard: PolicyEnforcer,
): string {
  if (target.weight === 0) return ' (no traffic)'
  if (target.subset === undefined || rules === undefined) return ''
  if (rules.some(({matching}) => matching.includes(target.subset ?? ''))) return ''
  if (!rules.some(({others}) => others.includes(target.subset ?? '')))
    return ' (NO DestinationRule defines that subset)'
  return guard === 'unknown' ? '' : ' (not these pods)'
}

/** Clients in ambient mode leave routes and traffic policies to the waypoint of the Service. */
function withoutWaypoint({ambient, waypoint}: ServiceDescription): string {
  if (!ambient || waypoint?.state === 'ready') return ''
  return '; NOT applied for clients in ambient mode: no waypoint serves the Service'
}

function httpRouteLines(description: ServiceDescription): readonly Line[] {
  const applied = withoutWaypoint(description)
  return description.httpRoutes.flatMap(({name, namespace}) =>
    lines(`HTTPRoute ${name}.${namespace}${applied === '' ? ', which a waypoint applies' : applied}`, 2),
  )
}

function routeLines(description: ServiceDescription, host: string): readonly Line[] {
  const {virtualServices, destinationRules, inProxy, guard} = description
  return (virtualServices ?? []).flatMap(({virtualService: {object, hosts}, gateways, shares}) => {
    const name = `${object.name}.${object.namespace}`
    const where = gateways.includes('mesh') ? '' : ` (only through gateway ${gateways.join(', ')})`
    const title = `VirtualService ${name} for ${hosts.join(', ')}${where}${appliedText(inProxy.virtualServices, name)}${gateways.includes('mesh') ? withoutWaypoint(description) : ''}`
    const routes = shares.map(({route, targets, others}) => {
      const when = route.matches.length === 0 ? 'default' : `when ${route.matches.join(', or ')}`
      const to = [
        ...targets.map(each => `${targetText(each)}${whyNotReached(each, destinationRules, guard)}`),
        ...others.map(each => `${targetText(each)} (not ${host})`),
      ]
      return `${when}: ${[to.join(', '), ...route.extras].filter(each => each !== '').join('; ')}`
    })
    return [...lines(title, 2), ...routes.flatMap(each => lines(each, 4))]
  })
}

/** The servers of a Gateway as text: `HTTP 80, HTTPS 443 TLS SIMPLE`. */
export function serversText(gateway: GatewayModel): string {
  return gateway.servers
    .map(({protocol, port, tls}) => `${protocol} ${port}${tls === '' ? '' : ` TLS ${tls}`}`)
    .join(', ')
}

/** Whether the gateway's pods have the route in their proxy. */
function routeInGateway({pods, unseen, pod, inProxy}: Exposure): string {
  if (pods === 0) return 'NO running pod matches its selector'
  if (unseen !== undefined) return `its pods were ${NOT_CHECKED}`
  if (inProxy === undefined) return `its proxy was ${NOT_CHECKED}`
  return inProxy ? `${pod} has the route` : `${pod} has NO such route`
}

function exposureText(exposure: Exposure): string {
  const {word, by, hosts, gateway, gatewayKnown, elsewhere = [], addresses} = exposure
  if (gateway === undefined) {
    const meant = elsewhere.length === 0 ? '' : ` in that namespace: write ${elsewhere.join(' or ')}`
    const state = gatewayKnown ? `which does not exist${meant}` : `which was ${NOT_CHECKED}`
    return `exposed by VirtualService ${by} through gateway ${word}, ${state}`
  }
  const at = addresses.length === 0 ? 'at an unknown address' : `at ${addresses.join(', ')}`
  return `exposed by Gateway ${gateway.object.name}.${gateway.object.namespace} (${serversText(gateway)}) for ${hosts.join(', ')} ${at}; ${routeInGateway(exposure)}`
}

const WAYPOINT_STATES = {
  ready: 'ready',
  'not-ready': 'NO READY POD: requests of the mesh fail',
  missing: 'DOES NOT EXIST: requests go directly to the pods, without L7 policies and routes',
  refused:
    'NOT BOUND, it takes no bindings from this namespace: requests go directly to the pods, without L7 policies and routes',
  'other-traffic':
    'NOT BOUND, it does not serve Services (istio.io/waypoint-for): requests go directly to the pods, without L7 policies and routes',
  unknown: NOT_CHECKED,
} as const satisfies Readonly<Record<WaypointState, string>>

/** The waypoint of a Service: it serves clients in the ambient mesh alone. */
function waypointLines({waypoint}: ServiceDescription): readonly Line[] {
  if (waypoint === undefined) return []
  const {name, namespace, state, policies} = waypoint
  const tone = state === 'ready' || state === 'unknown' ? undefined : 'bad'
  const each = policies.map(({object, action, rules, dryRun, refused}) => {
    const text = `AuthorizationPolicy ${object.name}.${object.namespace}: ${action}, ${humanCount(rules, 'rule')}`
    return `${text}${dryRun ? ', dry run only' : ''}${refused === undefined ? '; enforced by the waypoint' : refusedText(refused)}`
  })
  return [
    ...lines(`waypoint ${name}.${namespace}, for clients in the ambient mesh: ${WAYPOINT_STATES[state]}`, 2, tone),
    ...each.flatMap(text => lines(text, 4)),
  ]
}

/** One Service as a section of the page. */
export function serviceLines(description: ServiceDescription): readonly Line[] {
  const {service, guard, ports, destinationRules, virtualServices, exposed, inProxy} = description
  return [
    ...heading(`Service ${service.object.name}.${service.object.namespace}${service.headless ? ' (headless)' : ''}`),
    ...ports.flatMap(each => lines(portText(each, description), 2)),
    ...(destinationRules === undefined ? fromProxy('DestinationRule', inProxy.destinationRules) : []),
    ...(destinationRules ?? []).flatMap(each => {
      const name = `${each.rule.object.name}.${each.rule.object.namespace}`
      return lines(
        `${ruleText(each, service.object.namespace, guard)}${appliedText(inProxy.destinationRules, name)}${withoutWaypoint(description)}`,
        2,
      )
    }),
    ...(destinationRules === undefined ? [] : staleRules('DestinationRule', inProxy.destinationRules)),
    ...(virtualServices === undefined ? fromProxy('VirtualService', inProxy.virtualServices) : []),
    ...routeLines(description, service.object.name),
    ...httpRouteLines(description),
    ...(virtualServices === undefined ? [] : staleRules('VirtualService', inProxy.virtualServices)),
    ...exposed.flatMap(each => lines(exposureText(each), 2)),
    ...waypointLines(description),
  ]
}

/** What istiod says against a policy. */
function refusedText(refused: string | undefined): string {
  return refused === undefined ? '' : `; NOT enforced, istiod says: ${refused}`
}

/** The AuthorizationPolicies in order of evaluation, each with its scope and whether the proxy enforces it. */
export function policyLines(
  policies: readonly (AppliedPolicy & {readonly pods?: number})[] | undefined,
  inProxy: readonly ComparedRule[],
  of: number | undefined,
  byWaypoint = false,
): readonly Line[] {
  if (policies === undefined) return fromProxy('AuthorizationPolicy', inProxy)
  const none =
    policies.length === 0
      ? lines(
          byWaypoint
            ? 'no AuthorizationPolicy besides those of the waypoint, which apply to clients in the ambient mesh'
            : 'no AuthorizationPolicy: every request is allowed',
          2,
        )
      : []
  const each = policies.flatMap(({object, action, rules, reach, dryRun, refused, pods}) => {
    const name = `${object.name}.${object.namespace}`
    const count = humanCount(rules, 'rule')
    const some = pods === undefined || pods === of ? '' : `, for ${pods} of ${of} pods`
    const words = `AuthorizationPolicy ${name}: ${action}, ${count}, ${reach}${some}${dryRun ? ', dry run only' : ''}`
    return lines(
      `${words}${appliedText(inProxy, name)}${refusedText(refused)}`,
      2,
      refused === undefined ? undefined : 'bad',
    )
  })
  return [...none, ...each, ...staleRules('AuthorizationPolicy', inProxy)]
}
