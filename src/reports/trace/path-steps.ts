import {DESTINATION_PORT} from '../../analysis/envoy/listener/chain-match.js'
import {decidingStep, stepPlace} from '../../analysis/netfilter/packet-walk/verdict.js'
import type {Leg} from '../../analysis/request-path/legs.js'
import type {Speech} from '../../analysis/request-path/speech.js'
import {destinationText} from '../../analysis/request-path/unroutable.js'
import type {MeshPod, MeshWorld} from '../../analysis/request-path/world.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {nearMissText} from '../../model/envoy/decision.js'
import type {EvidenceUse} from '../../model/evidence/provenance.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {type ObjectRef, objectLabel} from '../../model/kube/pod.js'

/** A reason of a step: the decision, the config that made it, and the Istio object behind that. */
export interface StepReason {
  readonly text: string
  /** A JSON pointer into the config_dump, or a chain and rule of the kernel. */
  readonly at?: string
  readonly object?: ObjectRef
}

/** One hop of a request, in the order it takes them. */
export interface PathStep {
  readonly hop:
    | 'name'
    | 'kernel-out'
    | 'kernel-in'
    | 'service'
    | 'client-proxy'
    | 'ztunnel'
    | 'waypoint'
    | 'gateway'
    | 'tls'
    | 'server-proxy'
    | 'application'
    | 'network'
    | 'outside'
  /** The pod, Service or address where it happens. */
  readonly where: string
  readonly text: string
  readonly reasons: readonly StepReason[]
  readonly nearMisses: readonly string[]
  /** What the step rests on: each piece of evidence with its origin and time; empty where it follows from the steps before. */
  readonly evidence: readonly EvidenceUse[]
}

/** The evidence a hop in or beside a pod is read from, by the start of its id in the catalogue. */
const RESTS_ON: Readonly<Partial<Record<PathStep['hop'], readonly string[]>>> = {
  'kernel-out': ['net.iptables', 'net.ip6tables', 'net.nft', 'log.istio-init'],
  'kernel-in': ['net.iptables', 'net.ip6tables', 'net.nft', 'log.istio-init'],
  'client-proxy': ['envoy.config_dump', 'envoy.clusters'],
  'server-proxy': ['envoy.config_dump', 'envoy.clusters'],
  gateway: ['envoy.config_dump', 'envoy.clusters'],
  waypoint: ['envoy.config_dump', 'envoy.clusters'],
  ztunnel: ['ztunnel.config_dump'],
  tls: ['envoy.certs'],
  application: ['net.sockets', 'net.proc'],
}

function evidenceOf(hop: PathStep['hop'], pod: MeshPod | undefined, world: MeshWorld): readonly EvidenceUse[] {
  const ids = RESTS_ON[hop]
  if (pod === undefined || ids === undefined) return []
  return world.site(pod).evidence.filter(({evidence}) => ids.some(id => evidence.startsWith(id)))
}

function kernelStep(leg: Extract<Leg, {kind: 'kernel'}>, world: MeshWorld): PathStep {
  const decided = leg.walk === undefined ? undefined : decidingStep(leg.walk)
  const reasons = (leg.walk?.steps ?? [])
    .filter(each => each.rule > 0)
    .map(({at, rule, text}) => ({text, at: `${at} rule ${rule}`}))
  const by = decided === undefined ? '' : ` (${stepPlace(decided)})`
  const sender = leg.direction === 'in' ? '' : leg.byProxy ? 'from the proxy: ' : ''
  const hop = leg.direction === 'in' ? 'kernel-in' : 'kernel-out'
  return {
    hop,
    where: podLabel(leg.pod.ref),
    text: `${sender}${leg.text}${by}`,
    reasons,
    nearMisses: [],
    evidence: evidenceOf(hop, leg.pod, world),
  }
}

type ProxyLeg = Extract<Leg, {kind: 'proxy'}>

/** What is said of a hop whose proxy was not read. */
function restsOn(pod: MeshPod, world: MeshWorld): string {
  return world.site(pod).byObjects === true ? ' (by the objects: not read)' : ''
}

function named(label: string, value: string | null): readonly string[] {
  return value === null || value === '' ? [] : [`${label} ${value}`]
}

function proxyText(leg: ProxyLeg): string {
  const {decision} = leg
  if (decision === undefined) return 'its configuration is unknown'
  if (!decision.decided) return `undecided: it depends on ${decision.reason}`
  const {listener, filterChain, virtualHost, route, cluster, status, flags, details, terminationDetails} =
    decision.outcome
  const way = [
    ...named('listener', listener),
    ...named('filter chain', filterChain),
    ...named('virtual host', virtualHost),
    ...named('route', route),
    ...named('cluster', typeof cluster === 'string' ? cluster : (cluster?.join(', ') ?? null)),
  ]
  const end = [status ?? undefined, flags.join(',') || undefined, details ?? undefined, terminationDetails ?? undefined]
  const said = end.filter(each => each !== undefined).join(' ')
  return `${way.join(', ')}${said === '' ? '' : ` → ${said}`}`
}

const HOPS = {client: 'client-proxy', server: 'server-proxy', gateway: 'gateway'} as const

function hopOf({role, pod}: ProxyLeg): PathStep['hop'] {
  return pod.mode === 'waypoint' ? 'waypoint' : HOPS[role]
}

function proxyStep(leg: ProxyLeg, world: MeshWorld): PathStep {
  const steps = leg.decision?.steps ?? []
  const {madeBy} = world.site(leg.pod)
  return {
    hop: hopOf(leg),
    where: podLabel(leg.pod.ref),
    text: `${proxyText(leg)}${restsOn(leg.pod, world)}`,
    reasons: steps.map(({text, at}) => {
      const object = at === undefined ? undefined : madeBy(at)
      return {text, ...definedFields({at, object})}
    }),
    nearMisses: steps
      .flatMap(each => each.nearMisses)
      .filter(each => each.except !== DESTINATION_PORT)
      .map(nearMissText),
    evidence: evidenceOf(hopOf(leg), leg.pod, world),
  }
}

function validity(until: number): string {
  return Number.isFinite(until) ? `, its certificate valid until ${new Date(until).toISOString().slice(0, 19)}Z` : ''
}

/** Whether a filter chain matched the connection and its TLS handshake, if any, succeeded. */
function accepts({decision, speech}: ProxyLeg): boolean {
  if (decision?.decided !== true || decision.outcome.filterChain === 'virtualInbound-blackhole') return false
  const {filterChain, handshake} = decision.facts
  const chosen = filterChain === 'matched' || filterChain === 'default'
  return chosen && (speech.tls === undefined || handshake?.kind === 'agreed')
}

/** What is sent upstream, and what the upstream accepts. */
function tlsStep(speech: Speech, leg: Leg, world: MeshWorld): PathStep {
  const far = leg.kind === 'proxy' || leg.kind === 'application' ? leg.pod : undefined
  const where = far === undefined ? '-' : podLabel(far.ref)
  const {tls} = speech
  const takes =
    leg.kind !== 'proxy'
      ? ''
      : leg.ending.disposition === 'tls-mismatch'
        ? `; refused: ${leg.ending.because}`
        : accepts(leg)
          ? '; the server accepts it'
          : ''
  const evidence = evidenceOf('tls', far, world)
  if (tls === undefined) return {...plainStep('tls', where, `plaintext${takes}`), evidence}
  const kind =
    tls.certificate === undefined ? 'TLS without a client certificate' : `mTLS as ${tls.certificate.uriSans.join(', ')}`
  const offers = [
    ...(tls.sni === '' ? [] : [`SNI ${tls.sni}`]),
    ...(tls.alpn.length === 0 ? [] : [`ALPN ${tls.alpn.join(',')}`]),
  ]
  const shown = far === undefined ? undefined : world.site(far).certificate
  const server =
    shown === undefined || leg.kind !== 'proxy'
      ? ''
      : `; the server is ${shown.uriSans.join(', ')}${validity(shown.validTo)}`
  return {...plainStep('tls', where, [kind, ...offers].join(', ') + server + takes), evidence}
}

function plainStep(hop: PathStep['hop'], where: string, text: string): PathStep {
  return {hop, where, text, reasons: [], nearMisses: [], evidence: []}
}

/** How often a sequence of `length` steps from `start` repeats. */
function repeats(steps: readonly PathStep[], start: number, length: number): number {
  const run = JSON.stringify(steps.slice(start, start + length))
  let times = 1
  while (JSON.stringify(steps.slice(start + times * length, start + (times + 1) * length)) === run) times++
  return times
}

/** Lists the steps of retries once, with their count. */
function collapsed(steps: readonly PathStep[]): readonly PathStep[] {
  for (let start = 0; start < steps.length; start++)
    for (let length = 1; start + 2 * length <= steps.length; length++) {
      const times = repeats(steps, start, length)
      const [first] = steps.slice(start)
      if (times < 2 || first === undefined) continue
      const once = [{...first, text: `${first.text} (${times} attempts)`}, ...steps.slice(start + 1, start + length)]
      return [...steps.slice(0, start), ...once, ...collapsed(steps.slice(start + times * length))]
    }
  return steps
}

/** The hops of a path, one per decision. */
export function stepsOf(legs: readonly Leg[], world: MeshWorld): readonly PathStep[] {
  let sentByProxy = false
  const step = (leg: Leg): readonly PathStep[] => {
    switch (leg.kind) {
      case 'kernel':
        if (leg.direction === 'out') sentByProxy = leg.byProxy
        return [kernelStep(leg, world)]
      case 'service':
        return [plainStep('service', objectLabel(leg.service.object), leg.text)]
      case 'proxy': {
        // ztunnel's step says who tunnels to a waypoint: what is inside is the client's own speech.
        const tls = leg.role === 'client' || leg.request.inner !== undefined ? [] : [tlsStep(leg.speech, leg, world)]
        return [...tls, proxyStep(leg, world)]
      }
      case 'ztunnel': {
        const hop = leg.role === 'waypoint' ? 'waypoint' : 'ztunnel'
        const own = plainStep(hop, podLabel(leg.pod.ref), `${leg.text}${restsOn(leg.pod, world)}`)
        return [{...own, evidence: evidenceOf(hop, leg.pod, world)}]
      }
      case 'application': {
        const where = `${podLabel(leg.pod.ref)}:${leg.address.port}`
        const own = {
          ...plainStep('application', where, leg.text),
          evidence: evidenceOf('application', leg.pod, world),
        }
        return leg.speech.tls === undefined || !sentByProxy ? [own] : [tlsStep(leg.speech, leg, world), own]
      }
      case 'network':
        return [plainStep('network', destinationText(leg.address), leg.text)]
      case 'outside':
        return [plainStep('outside', destinationText(leg.address), leg.text)]
    }
  }
  return collapsed(legs.flatMap(step))
}
