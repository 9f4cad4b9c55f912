import type {Standing, StandingRule} from '../../analysis/traffic-policy/standing.js'
import type {TouchingDestinationRule} from '../../analysis/traffic-policy/touching.js'
import {type Gap, gapSentences} from '../../model/answer.js'
import type {Finding} from '../../model/finding.js'
import {humanCount} from '../../model/human-count.js'
import type {GatewayModel, RouteTarget} from '../../model/istio-traffic.js'
import {objectLabel} from '../../model/pod.js'
import type {PodMode} from '../../model/pod-mode.js'
import type {Cell, Tone} from '../../terminal/doc.js'
import {wrapText} from '../../terminal/wrap.js'
import type {Exposure} from './exposure.js'
import type {AppliedPolicy} from './report.js'
import type {DescribedPort, Guard, ServiceDescription} from './traffic.js'

const WIDTH = 79
const NOT_CHECKED = 'not checked'

/** A sentence at a depth, broken into lines. */
export function lines(text: string, depth = 0, tone?: Tone): readonly Cell[] {
  const first = ' '.repeat(depth)
  return wrapText(text, WIDTH, `${first}  `, first).map(each => (tone === undefined ? each : {text: each, tone}))
}

/** An empty line and the title of the block that follows. */
export function heading(text: string): readonly Cell[] {
  return ['', {text, tone: 'strong'}]
}

/** The last sentence of a headline: how much there is to look at, or that nothing is, as far as it could be told. */
export function outcome(counts: {readonly wrong: number; readonly unasked: number; readonly gaps: number}): string {
  const open = counts.unasked === 0 ? '' : ` (${humanCount(counts.unasked, 'question')} could not be asked)`
  if (counts.wrong > 0) return `${humanCount(counts.wrong, 'thing')} to look at, below${open}.`
  return `${counts.gaps === 0 ? 'Nothing is wrong with it' : 'Nothing wrong was found, but not all could be checked'}${open}.`
}

/** Pods whose callers meet no proxy of the mesh that would enforce a policy. */
export const UNGUARDED: readonly (PodMode | 'unknown')[] = ['none', 'control-plane', 'ztunnel']

/** What stands in the place of policies where nothing would enforce them. */
export const NO_GUARD: readonly Cell[] = ['', 'No policy applies to what it receives: no proxy guards it.']

/** Everything a person should look at. */
export function wrongLines({
  warnings,
  disagreements,
  findings,
}: {
  readonly warnings: readonly string[]
  readonly disagreements: readonly string[]
  readonly findings: readonly Pick<Finding, 'severity' | 'code' | 'message'>[]
}): readonly Cell[] {
  if (warnings.length + disagreements.length + findings.length === 0) return []
  return [
    ...heading('To look at'),
    ...warnings.flatMap(each => lines(`WARNING ${each}`, 2, 'warn')),
    ...disagreements.flatMap(each => lines(`STALE? ${each}`, 2, 'bad')),
    ...findings.flatMap(({severity, code, message}) =>
      lines(`${severity.toUpperCase()} ${code} ${message}`, 2, severity === 'error' ? 'bad' : 'warn'),
    ),
  ]
}

/** What could not be had, and why; nothing at all when everything could. */
export function gapLines(gaps: readonly Gap[]): readonly Cell[] {
  const sentences = gapSentences(gaps)
  return sentences.length === 0 ? [] : [...heading('Not checked'), ...sentences.flatMap(each => lines(each, 2, 'warn'))]
}

const SEEN: Readonly<Record<Standing, string>> = {
  both: '; the proxy has it',
  'objects only': '; NOT in the proxy',
  'proxy only': '',
  unknown: '',
}

function seen(rules: readonly StandingRule[], name: string): string {
  return SEEN[rules.find(each => each.name === name)?.standing ?? 'unknown']
}

function ghosts(kind: string, rules: readonly StandingRule[]): readonly Cell[] {
  return rules
    .filter(({standing}) => standing === 'proxy only')
    .flatMap(({name}) => lines(`${kind} ${name}: only in the proxy, which is stale`, 2, 'bad'))
}

/** Rules known from the proxy alone, when the objects could not be read. */
function fromProxy(kind: string, rules: readonly StandingRule[]): readonly Cell[] {
  const names = rules.map(({name}) => name).join(', ')
  const told = names === '' ? '' : `; the proxy was made from ${names}`
  return lines(`${kind} objects: ${NOT_CHECKED}${told}`, 2, 'warn')
}

const GUARDS: Readonly<Partial<Record<Guard, string>>> = {
  none: 'plain text, no proxy guards it',
  gateway: 'TLS as the servers of its Gateways say',
  unknown: 'no pod is known that receives it',
}

function portText({port, target, protocol, detected, mtls, unserved}: DescribedPort, guard: Guard): string {
  const to = target ?? `"${port.target}", which no container has`
  const type = port.protocol === 'TCP' ? '' : `/${port.protocol}`
  const taken =
    detected !== undefined
      ? `, the proxy takes it for ${detected.protocol}`
      : unserved
        ? ', the proxy has NO chain for it'
        : ''
  const by = mtls?.by === undefined ? 'the default' : objectLabel(mtls.by)
  const differs = detected !== undefined && mtls !== undefined && detected.mtls !== mtls.mode
  const proxyMode = differs ? ` (the proxy does ${detected?.mtls})` : ''
  const alone =
    detected === undefined ? `mTLS ${NOT_CHECKED}` : `mTLS ${detected.mtls} by the proxy, policies ${NOT_CHECKED}`
  const mode = mtls === undefined ? alone : `mTLS ${mtls.mode} by ${by}${proxyMode}`
  const guess = protocol === 'unknown' ? 'no protocol told, so it is sniffed' : protocol
  return `port ${port.port}${type} (${port.name ?? 'no name'}) to ${to}: ${guess}${taken}; ${GUARDS[guard] ?? mode}`
}

function ruleText({rule, matching, others}: TouchingDestinationRule, home: string, guard: Guard): string {
  const {namespace} = rule.object
  const words = [
    ...(namespace === home
      ? []
      : [`written in namespace ${namespace}, so for callers there unless that is the root namespace`]),
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

/** What keeps a route from the pods described: a subset they are not in, one nobody defines, no weight. */
function blocked(target: RouteTarget, rules: readonly TouchingDestinationRule[] | undefined, guard: Guard): string {
  if (target.weight === 0) return ' (gets nothing)'
  if (target.subset === undefined || rules === undefined) return ''
  if (rules.some(({matching}) => matching.includes(target.subset ?? ''))) return ''
  return rules.some(({others}) => others.includes(target.subset ?? ''))
    ? guard === 'unknown'
      ? ''
      : ' (not these pods)'
    : ' (NO DestinationRule defines that subset)'
}

function routeLines(
  {virtualServices, destinationRules, inProxy, guard}: ServiceDescription,
  host: string,
): readonly Cell[] {
  return (virtualServices ?? []).flatMap(({virtualService: {object, hosts}, gateways, shares}) => {
    const name = `${object.name}.${object.namespace}`
    const where = gateways.includes('mesh') ? '' : ` (only through gateway ${gateways.join(', ')})`
    const title = `VirtualService ${name} for ${hosts.join(', ')}${where}${seen(inProxy.virtualServices, name)}`
    const routes = shares.map(({route, targets, others}) => {
      const when = route.matches.length === 0 ? 'otherwise' : `when ${route.matches.join(', or ')}`
      const to = [
        ...targets.map(each => `${targetText(each)}${blocked(each, destinationRules, guard)}`),
        ...others.map(each => `${targetText(each)} (not ${host})`),
      ]
      return `${when}: ${[to.join(', '), ...route.extras].filter(each => each !== '').join('; ')}`
    })
    return [...lines(title, 2), ...routes.flatMap(each => lines(each, 4))]
  })
}

/** The servers of a Gateway in a few words. */
export function serversText(gateway: GatewayModel): string {
  return gateway.servers
    .map(({protocol, port, tls}) => `${protocol} ${port}${tls === '' ? '' : ` TLS ${tls}`}`)
    .join(', ')
}

function exposureText({
  word,
  by,
  hosts,
  gateway,
  gatewayKnown,
  addresses,
  pods,
  unseen,
  pod,
  inProxy,
}: Exposure): string {
  if (gateway === undefined) {
    const fate = gatewayKnown ? 'which does not exist' : `which was ${NOT_CHECKED}`
    return `exposed by VirtualService ${by} through gateway ${word}, ${fate}`
  }
  const at = addresses.length === 0 ? 'at no address known' : `at ${addresses.join(', ')}`
  const proxy =
    pods === 0
      ? '; NO running pod has its selector'
      : unseen !== undefined
        ? `; its pods were ${NOT_CHECKED}`
        : inProxy === undefined
          ? `; its proxy was ${NOT_CHECKED}`
          : inProxy
            ? `; ${pod} has the route`
            : `; ${pod} has NO route of it`
  return `exposed to the outside by Gateway ${gateway.object.name}.${gateway.object.namespace} (${serversText(gateway)}) for ${hosts.join(', ')} ${at}${proxy}`
}

/** One Service as a block of the page. */
export function serviceLines(description: ServiceDescription): readonly Cell[] {
  const {service, guard, ports, destinationRules, virtualServices, exposed, inProxy} = description
  return [
    ...heading(`Service ${service.object.name}.${service.object.namespace}${service.headless ? ' (headless)' : ''}`),
    ...ports.flatMap(each => lines(portText(each, guard), 2)),
    ...(destinationRules === undefined ? fromProxy('DestinationRule', inProxy.destinationRules) : []),
    ...(destinationRules ?? []).flatMap(each => {
      const name = `${each.rule.object.name}.${each.rule.object.namespace}`
      return lines(`${ruleText(each, service.object.namespace, guard)}${seen(inProxy.destinationRules, name)}`, 2)
    }),
    ...(destinationRules === undefined ? [] : ghosts('DestinationRule', inProxy.destinationRules)),
    ...(virtualServices === undefined ? fromProxy('VirtualService', inProxy.virtualServices) : []),
    ...routeLines(description, service.object.name),
    ...(virtualServices === undefined ? [] : ghosts('VirtualService', inProxy.virtualServices)),
    ...exposed.flatMap(each => lines(exposureText(each), 2)),
  ]
}

/** The AuthorizationPolicies in the order they are asked, each with its reach and whether the proxy enforces it. */
export function policyLines(
  policies: readonly (AppliedPolicy & {readonly pods?: number})[] | undefined,
  inProxy: readonly StandingRule[],
  of: number | undefined,
): readonly Cell[] {
  if (policies === undefined) return fromProxy('AuthorizationPolicy', inProxy)
  const none = policies.length === 0 ? lines('no AuthorizationPolicy: every request is allowed', 2) : []
  const each = policies.flatMap(({object, action, rules, reach, dryRun, pods}) => {
    const name = `${object.name}.${object.namespace}`
    const count = humanCount(rules, 'rule')
    const some = pods === undefined || pods === of ? '' : `, for ${pods} of ${of} pods`
    const words = `AuthorizationPolicy ${name}: ${action}, ${count}, ${reach}${some}${dryRun ? ', dry run only' : ''}`
    return lines(`${words}${seen(inProxy, name)}`, 2)
  })
  return [...none, ...each, ...ghosts('AuthorizationPolicy', inProxy)]
}
