import {GATEWAY_NAME, policiesFor} from '../../analysis/authorization/applying.js'
import type {AskedRequest} from '../../analysis/authorization/asked.js'
import {
  type AuthorizationDecision,
  type DecisionSetting,
  decideByObjects,
  label,
} from '../../analysis/authorization/decide.js'
import {type Flip, flipsOf} from '../../analysis/authorization/flips.js'
import {type PresentState, presentState} from '../../evidence/predicted-mesh/present.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {decideInAmbient} from '../../istiod/ambient/verdict.js'
import {decisionSetting} from '../../istiod/authorizers.js'
import {pairOf} from '../../istiod/mtls-pair.js'
import type {Json} from '../../model/envoy/schema.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {type ProxyVerdict, verdictOfProxy} from './proxy-verdict.js'
import {type Arrival, type Target, warningsOf, ztunnelWarnings} from './test-warnings.js'
import {unselectedNotes} from './unselected.js'

/** Who asks: a pod, a service account with mTLS, or an address without a sidecar. */
export type Asker =
  | {readonly kind: 'pod'; readonly pod: PodRef}
  | {readonly kind: 'account'; readonly namespace: string; readonly name: string}
  | {readonly kind: 'address'; readonly ip: string}

/** What is asked of the server. */
export interface AskedOf {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly host: string | undefined
  readonly headers: readonly (readonly [string, string])[]
  readonly claims: {readonly [name: string]: Json} | undefined
  readonly sni: string | undefined
}

/** The verdict for one server pod. */
export interface AuthzVerdict {
  readonly pod: PodRef
  readonly port: number
  /** How the connection arrives: the identity policies see, or why there is none. */
  readonly identity: string | undefined
  readonly verdict: AuthorizationDecision['verdict']
  readonly because: string
  /** `NAMESPACE/NAME rule N`. */
  readonly by: string | undefined
  readonly flips: readonly Flip[]
  /** What the RBAC filters in the pod's proxy say, where its configuration was read. */
  readonly proxy: ProxyVerdict | undefined
  /** Why objects and proxy disagree, or what makes a policy other than it looks. */
  readonly warnings: readonly string[]
}

export interface AuthzTestReport extends Report {
  readonly from: string
  readonly to: string
  readonly request: string
  readonly verdicts: readonly AuthzVerdict[]
}

export interface AuthzQuestion {
  readonly from: Asker
  readonly to: string
  readonly namespace: string
  readonly asked: AskedOf
  readonly istioNamespace: string
}

/** The pods a word names, each with the port asked: `service[.ns][:port]`, or a pod with a port of one of its Services. */
function targetsOf({state, pods}: PresentState, word: string, namespace: string): readonly Target[] {
  const [, given = '', wanted] = /^(?:[a-z]+:\/\/)?([^:/]+)(?::(\d{1,5}))?(?:\/.*)?$/.exec(word) ?? []
  const domain = state.settings.clusterDomain
  const names = [given, `${given}.${domain}`, `${given}.svc.${domain}`, `${given}.${namespace}.svc.${domain}`]
  const byIp = new Map(pods.flatMap(pod => pod.addresses.map(ip => [ip, pod] as const)))
  const all = state.hosts.flatMap(host =>
    host.ports.flatMap(port =>
      (host.endpoints(port) ?? []).flatMap((endpoint): readonly Target[] => {
        const pod = byIp.get(endpoint.address)
        return pod === undefined ? [] : [{pod, endpoint, host, port}]
      }),
    ),
  )
  const byHost = all.filter(
    ({host, port}) =>
      (names.includes(host.host) || host.addresses.includes(given)) &&
      (wanted === undefined || port.port === Number(wanted)),
  )
  if (byHost.length > 0) return byHost
  const byPod = all.filter(
    ({pod, endpoint}) =>
      [pod.ref.name, podLabel(pod.ref), pod.workload].includes(given) &&
      (wanted === undefined || endpoint.port === Number(wanted)),
  )
  if (byPod.length === 0)
    throw new UserError(`${word} names no Service with pods, and no pod that a Service serves`, {
      hint: 'Write it as SERVICE[.NAMESPACE]:PORT.',
    })
  return byPod
}

function identityOf({state}: PresentState, namespace: string, account: string): string {
  return `spiffe://${state.settings.trustDomains[0] ?? 'cluster.local'}/ns/${namespace}/sa/${account}`
}

/** The identity and address a server sees of the asker. */
function arrivalOf(present: PresentState, from: Asker, target: Target): Arrival {
  if (from.kind === 'account')
    return {identity: identityOf(present, from.namespace, from.name), ip: undefined, pair: undefined}
  if (from.kind === 'address') {
    const pair = pairOf(present.state, 'no sidecar', {...target, subset: undefined}, target.pod.mode)
    return {identity: null, ip: from.ip, pair}
  }
  const pod = present.pods.find(({ref}) => ref.name === from.pod.name && ref.namespace === from.pod.namespace)
  if (pod === undefined) throw new UserError(`the object of pod ${podLabel(from.pod)} could not be read`)
  const proxied = pod.mode === 'sidecar' || pod.mode === 'gateway'
  const place = {namespace: pod.ref.namespace, labels: pod.labels, gateway: pod.mode === 'gateway'}
  const sender = pod.mode === 'ambient' ? 'ambient' : proxied ? place : 'no sidecar'
  const pair = pairOf(present.state, sender, {...target, subset: undefined}, target.pod.mode)
  const tunnelled = pair.sent === 'mTLS' || pair.sent === 'HBONE'
  const identity = tunnelled ? identityOf(present, pod.ref.namespace, pod.serviceAccount) : null
  return {identity, ip: pod.addresses[0], pair}
}

/** Whether the asker's requests for Services go through their waypoints: those of pods in ambient mode do, and an account is treated as one. */
function usesWaypoints({pods}: PresentState, from: Asker): boolean {
  if (from.kind !== 'pod') return from.kind === 'account'
  return pods.some(
    ({ref, mode}) => ref.name === from.pod.name && ref.namespace === from.pod.namespace && mode === 'ambient',
  )
}

/** The verdict for a pod in ambient mode: its waypoint decides by HTTP policies, then its ztunnel by those of connections. */
function ambientVerdict(
  present: PresentState,
  {from}: AuthzQuestion,
  target: Target,
  arrival: Arrival,
  asked: AskedRequest,
  setting: DecisionSetting,
): AuthzVerdict {
  const {pod, host, port, endpoint} = target
  const waypoint = present.waypointOf(host)
  const through = waypoint !== undefined && usesWaypoints(present, from) ? waypoint : undefined
  const own = present.pods.find(
    each => each.ref.namespace === through?.namespace && each.labels[GATEWAY_NAME] === through.name,
  )
  const {where, decision} = decideInAmbient(
    present.state,
    {
      asked,
      server: {namespace: pod.ref.namespace, labels: pod.labels},
      ...(through === undefined
        ? {}
        : {
            through: {
              waypoint: through,
              service: {name: host.name, namespace: host.namespace, port: port.port},
              identity: identityOf(present, through.namespace, own?.serviceAccount ?? through.name),
            },
          }),
    },
    setting,
  )
  const past = waypoint !== undefined && through === undefined
  return {
    pod: pod.ref,
    port: endpoint.port,
    identity: arrival.identity ?? undefined,
    verdict: decision.verdict,
    because: `${where}: ${decision.because}`,
    by: decision.by === undefined ? undefined : label(decision.by),
    flips: flipsOf(decision),
    proxy: undefined,
    warnings: [
      ...ztunnelWarnings(present, target),
      ...(past
        ? [`the policies of waypoint ${waypoint.name}.${waypoint.namespace} do not apply: this client bypasses it`]
        : []),
      ...warningsOf(decision, arrival, target),
    ],
  }
}

async function verdictFor(
  source: Source,
  present: PresentState,
  question: AuthzQuestion,
  target: Target,
): Promise<AuthzVerdict> {
  const {asked} = question
  const {settings, authorizations} = present.state
  const arrival = arrivalOf(present, question.from, target)
  const tcp = target.port.reading === 'tcp' || target.port.reading === 'tls'
  const request: AskedRequest = {
    tcp,
    identity: arrival.identity,
    directIp: arrival.ip,
    remoteIp: arrival.ip,
    destinationIp: target.endpoint.address,
    port: target.endpoint.port,
    sni: asked.sni ?? `outbound_.${target.port.port}_._.${target.host.host}`,
    host: asked.host ?? `${target.host.host}:${target.port.port}`,
    method: asked.method ?? 'GET',
    path: asked.path ?? '/',
    headers: asked.headers,
    claims: asked.claims ?? null,
  }
  const subject = {namespace: target.pod.ref.namespace, labels: target.pod.labels}
  const setting = decisionSetting(present.state)
  if (target.pod.mode === 'ambient') return ambientVerdict(present, question, target, arrival, request, setting)
  const policies = policiesFor(subject, authorizations, settings.rootNamespace)
  const decision = decideByObjects(policies, request, setting)
  const proxy = await verdictOfProxy(source, target.pod, request)
  const differs = proxy?.verdict !== undefined && proxy.verdict !== 'unknown' && proxy.verdict !== decision.verdict
  return {
    pod: target.pod.ref,
    port: target.endpoint.port,
    identity: arrival.identity ?? undefined,
    verdict: decision.verdict,
    because: decision.because,
    by: decision.by === undefined ? undefined : label(decision.by),
    flips: flipsOf(decision),
    proxy,
    warnings: [
      ...warningsOf(decision, arrival, target),
      ...(differs
        ? [
            'objects and proxy disagree: the proxy runs on stale or rejected configuration, or an EnvoyFilter changes it',
          ]
        : []),
    ],
  }
}

function nameOf(from: Asker): string {
  if (from.kind === 'pod') return podLabel(from.pod)
  return from.kind === 'account' ? `service account ${from.namespace}/${from.name}` : from.ip
}

/** Decides one request twice: by the AuthorizationPolicy objects, and by the RBAC filters of each server's proxy. */
export async function authzTestReport(given: Source, question: AuthzQuestion): Promise<AuthzTestReport> {
  const source = noted(given)
  const present = await presentState(source, question.istioNamespace)
  const verdicts: AuthzVerdict[] = []
  const targets = targetsOf(present, question.to, question.namespace)
  for (const target of targets) verdicts.push(await verdictFor(source, present, question, target))
  const {method = 'GET', path = '/'} = question.asked
  return {
    ...answeredFrom(source),
    gaps: present.gaps,
    notes: [...present.notes, ...unselectedNotes(present, [...new Set(targets.map(({pod}) => pod.ref.namespace))])],
    failing: verdicts.some(each => each.verdict === 'denied'),
    undecided: verdicts.some(each => each.verdict === 'unknown' || each.verdict === 'external'),
    from: nameOf(question.from),
    to: question.to,
    request: `${method} ${path}`,
    verdicts,
  }
}
