import type {MeshPod} from '../../analysis/request-path/world.js'
import {type PresentState, presentState} from '../../evidence/predicted-mesh/present.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {ruleFor, type Subset} from '../../istiod/destination-rules.js'
import {type Pair, type PairStatus, pairOf, type Sender, TUNNEL} from '../../istiod/mtls-pair.js'
import type {RegisteredEndpoint, RegisteredHost, RegisteredPort} from '../../istiod/registry.js'
import {hostsInScope, type ProxyPlace} from '../../istiod/scope.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Labels} from '../../model/kube/selector.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {type MtlsProof, proofOf} from './proof.js'

/** What clients send to one port of a Service and what its pods accept; identical endpoints share one row. */
export interface MtlsRow {
  readonly status: PairStatus
  /** Who sends: a pod, `sidecars`, `sidecars of NAMESPACE` (`... with HBONE` where only some speak it), `ambient`, or `no sidecar`. */
  readonly from: string
  readonly host: string
  readonly port: number
  readonly subset: string
  readonly server: Pair['taken']
  readonly client: Pair['sent']
  /** `NAMESPACE/NAME` of the deciding PeerAuthentication; absent for Istio's default. */
  readonly policy?: string
  /** `NAMESPACE/NAME` of the deciding DestinationRule; absent for auto mTLS. */
  readonly rule?: string
  readonly endpoints: number
  readonly because: string
}

export interface MtlsReport extends Report {
  readonly rows: readonly MtlsRow[]
  /** What the two proxies hold, for one pair. */
  readonly proofs: readonly MtlsProof[]
}

/** One pair, or every Service of a namespace or of the mesh. */
export type MtlsQuestion =
  | {readonly kind: 'pair'; readonly from: PodRef; readonly to: string; readonly namespace: string}
  | {readonly kind: 'matrix'; readonly namespace: string | undefined}

interface NamedSender {
  readonly name: string
  readonly sender: Sender
}

interface Target {
  readonly host: RegisteredHost
  readonly port: RegisteredPort
}

function nameOf(object: {readonly namespace: string; readonly name: string} | undefined): string | undefined {
  return object === undefined ? undefined : `${object.namespace}/${object.name}`
}

function subsetsOf(
  {state}: PresentState,
  {sender}: NamedSender,
  host: RegisteredHost,
): readonly (Subset | undefined)[] {
  if (sender === 'no sidecar' || sender === 'ambient') return [undefined]
  return [undefined, ...(ruleFor(state, sender, host)?.subsets ?? [])]
}

function endpointsIn(target: Target, subset: Subset | undefined): readonly RegisteredEndpoint[] {
  const all = target.host.endpoints(target.port) ?? []
  if (subset === undefined) return all
  return all.filter(({labels}) => Object.entries(subset.labels).every(([key, value]) => labels[key] === value))
}

/** Identical pods are judged once: endpoints by what the two sides depend on. */
function rowsOf(
  present: PresentState,
  named: NamedSender,
  target: Target,
  byIp: ReadonlyMap<string, MeshPod>,
): readonly MtlsRow[] {
  return subsetsOf(present, named, target.host).flatMap(subset => {
    const rows = new Map<string, MtlsRow>()
    for (const endpoint of endpointsIn(target, subset)) {
      const mode = byIp.get(endpoint.address)?.mode
      const pair = pairOf(present.state, named.sender, {...target, subset, endpoint}, mode)
      const row: MtlsRow = {
        status: pair.status,
        from: named.name,
        host: target.host.host,
        port: target.port.port,
        subset: subset?.name ?? '',
        server: pair.taken,
        client: pair.sent,
        ...definedFields({
          policy: pair.policy === undefined ? undefined : nameOf(pair.policy),
          rule: pair.rule === undefined ? undefined : nameOf(pair.rule),
        }),
        endpoints: 1,
        because: pair.because,
      }
      const key = JSON.stringify({...row, endpoints: 0})
      const known = rows.get(key)
      rows.set(key, known === undefined ? row : {...known, endpoints: known.endpoints + 1})
    }
    return [...rows.values()]
  })
}

/** Namespaces whose clients are treated the same way are one sender. */
function merged(rows: readonly MtlsRow[], namespaces: number): readonly MtlsRow[] {
  return [...groupedBy(rows, row => JSON.stringify({...row, from: ''})).values()].flatMap((alike): MtlsRow[] => {
    const [row] = alike
    if (row === undefined) return []
    const froms = alike.map(({from}) => from)
    const others = ['ambient', NO_SIDECAR]
    const sidecars = froms.filter(each => !others.includes(each))
    const words =
      sidecars.length === namespaces && namespaces > 0 ? ['sidecars'] : sidecars.map(each => `sidecars of ${each}`)
    return [{...row, from: [...words, ...froms.filter(each => others.includes(each))].join(', ')}]
  })
}

const NO_SIDECAR = 'no sidecar'

/** The sidecars of each namespace as one sender; those that speak HBONE apart from those that do not. */
function sidecarSenders(pods: readonly MeshPod[]): readonly {readonly name: string; readonly sender: ProxyPlace}[] {
  const sidecars = pods.filter(({mode}) => mode === 'sidecar')
  const speaksHbone = ({labels}: MeshPod) => labels[TUNNEL] === 'http'
  const homes = [...new Set(sidecars.map(({ref}) => ref.namespace))].sort()
  return homes.flatMap(namespace => {
    const mine = sidecars.filter(({ref}) => ref.namespace === namespace)
    const kinds = [...new Set(mine.map(speaksHbone))]
    return kinds.map(hbone => ({
      name: kinds.length > 1 && hbone ? `${namespace} with HBONE` : namespace,
      sender: {namespace, labels: (hbone ? {[TUNNEL]: 'http'} : {}) as Labels, gateway: false},
    }))
  })
}

function matrix(present: PresentState, namespace: string | undefined): readonly MtlsRow[] {
  const {state, pods} = present
  const byIp = new Map(pods.flatMap(pod => pod.addresses.map(ip => [ip, pod] as const)))
  const senders = sidecarSenders(pods).map(named => ({
    ...named,
    scope: new Set(hostsInScope(state, named.sender).map(each => each.host)),
  }))
  const ambient = pods.some(each => each.mode === 'ambient')
  return state.hosts
    .filter(each => !each.meshExternal && (namespace === undefined || each.namespace === namespace))
    .flatMap(host =>
      host.ports.flatMap(port => {
        const seen = senders.filter(each => each.scope.has(host.host))
        const own = seen.flatMap(each => rowsOf(present, each, {host, port}, byIp))
        // That STRICT refuses plaintext from outside is what it is for: a row for it would say nothing new.
        const outside = rowsOf(present, {name: NO_SIDECAR, sender: NO_SIDECAR}, {host, port}, byIp).filter(
          each => each.status !== 'CONFLICT',
        )
        const tunnelled = ambient ? rowsOf(present, {name: 'ambient', sender: 'ambient'}, {host, port}, byIp) : []
        return merged([...own, ...tunnelled, ...outside], seen.length)
      }),
    )
}

/** The host and port a word names: `service[.namespace][:port]` or a full name. */
function targetsOf({state}: PresentState, word: string, namespace: string): readonly Target[] {
  const [, given = '', port] = /^(?:[a-z]+:\/\/)?([^:/]+)(?::(\d{1,5}))?(?:\/.*)?$/.exec(word) ?? []
  const domain = state.settings.clusterDomain
  const names = [given, `${given}.${domain}`, `${given}.svc.${domain}`, `${given}.${namespace}.svc.${domain}`]
  const host = state.hosts.find(each => names.includes(each.host) || each.addresses.includes(given))
  if (host === undefined)
    throw new UserError(`there is no Service or ServiceEntry ${given}`, {
      hint: 'Name it as SERVICE, SERVICE.NAMESPACE or by its host, with :PORT for one port.',
    })
  const ports = host.ports.filter(each => port === undefined || each.port === Number(port))
  if (ports.length === 0)
    throw new UserError(`${host.host} has no port ${port}`, {
      hint: `Its ports: ${host.ports.map(each => each.port).join(', ')}.`,
    })
  return ports.map(each => ({host, port: each}))
}

async function pair(source: Source, present: PresentState, question: Extract<MtlsQuestion, {kind: 'pair'}>) {
  const {from, to, namespace} = question
  const pod = present.pods.find(({ref}) => ref.name === from.name && ref.namespace === from.namespace)
  if (pod === undefined) throw new UserError(`the object of pod ${podLabel(from)} could not be read`)
  const place = {namespace: pod.ref.namespace, labels: pod.labels, gateway: pod.mode === 'gateway'}
  const named: NamedSender = {
    name: podLabel(from),
    sender: pod.mode === 'ambient' ? 'ambient' : pod.mode === 'sidecar' || pod.mode === 'gateway' ? place : NO_SIDECAR,
  }
  const byIp = new Map(present.pods.flatMap(each => each.addresses.map(ip => [ip, each] as const)))
  const targets = targetsOf(present, to, namespace)
  const rows = targets.flatMap(target => rowsOf(present, named, target, byIp))
  const proofs: MtlsProof[] = []
  for (const target of targets) proofs.push(...(await proofOf(source, present, pod, target, byIp)))
  return {rows, proofs}
}

/** What both sides of connections do about mTLS, which object decides it, and whether they match. */
export async function mtlsReport(given: Source, question: MtlsQuestion, istioNamespace: string): Promise<MtlsReport> {
  const source = noted(given)
  const present = await presentState(source, istioNamespace)
  const {rows, proofs} =
    question.kind === 'pair'
      ? await pair(source, present, question)
      : {rows: matrix(present, question.namespace), proofs: []}
  const unknown = present.state.hosts.filter(
    each =>
      question.kind === 'matrix' &&
      (question.namespace === undefined || each.namespace === question.namespace) &&
      !each.meshExternal &&
      each.ports.some(port => each.endpoints(port) === undefined),
  )
  const unseen = [...new Set(unknown.map(each => each.namespace))]
  return {
    ...answeredFrom(source),
    gaps: present.gaps,
    notes: [
      ...present.notes,
      ...(unseen.length === 0 ? [] : [`Services without known pods are left out (namespaces ${unseen.join(', ')})`]),
      ...(rows.length === 0 && question.kind === 'pair' ? [`${question.to} has no endpoint`] : []),
    ],
    failing: rows.some(each => each.status === 'CONFLICT') || proofs.some(each => !each.agrees),
    undecided: rows.length === 0,
    rows,
    proofs,
  }
}
