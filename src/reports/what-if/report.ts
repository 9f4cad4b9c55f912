import type {MeshPod} from '../../analysis/request-path/world.js'
import {listingOnce} from '../../evidence/asked-once.js'
import {requestsIn, speechOf} from '../../evidence/mesh-world/recorded-requests.js'
import {type TwoMeshes, twoMeshes} from '../../evidence/predicted-mesh/meshes.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import type {MeshChange} from '../../formats/settings/change-file.js'
import type {TrafficRequest} from '../../formats/traffic/parse.js'
import {openFields, untranslated} from '../../istiod/untranslated.js'
import {UserError} from '../../model/evidence/user-error.js'
import {objectLabel, objectRefOf} from '../../model/kube/pod.js'
import {laidAside} from '../../sources/overlay.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {refusedByAmbient} from './ambient.js'
import {type ChangedPolicies, changedPolicies, throughNetworkPolicies} from './network-policies.js'
import {type Prediction, predict} from './prediction.js'

/** What a change does to one recorded request. */
export interface RequestChange {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly request: string
  readonly before: Prediction
  readonly after: Prediction
  readonly changed: boolean
  /** It works before and not after. */
  readonly breaks: boolean
  /** What its client really saw before, where the record says. */
  readonly seen: string | undefined
  readonly why: string
}

export interface WhatIfReport extends Report {
  readonly applied: readonly string[]
  readonly removed: readonly string[]
  readonly requests: readonly RequestChange[]
}

/** What is asked: the change, and the requests it is judged by. */
export interface WhatIfQuestion {
  readonly change: MeshChange
  readonly traffic: {readonly text: string; readonly place: string}
  readonly istioNamespace: string
}

function wordsOf({tcp, method, path, port}: TrafficRequest): string {
  return tcp ? `tcp ${port}` : `${method} ${path.replace(/\?.*$/s, '')}`
}

/** What the ambient data plane adds for a request that reaches one of its pods: its policies are in no Envoy that was captured. */
function throughAmbient(
  {states, strangers, namespaces}: TwoMeshes,
  which: 'before' | 'after',
  from: MeshPod,
  request: TrafficRequest,
  found: Prediction,
): Prediction {
  const {end} = found
  const to = strangers.find(each => each.mode === 'ambient' && end !== undefined && each.addresses.includes(end.ip))
  if (to === undefined || end === undefined) return found
  const namespaceLabels = namespaces.get(to.ref.namespace)?.labels ?? {}
  const refused = refusedByAmbient(states[which], {from, to, port: end.port, request, namespaceLabels})
  if (refused === undefined) return found
  const {because, policy, status = null} = refused
  return {...found, because, policy, outcome: 'denied', status, kind: status === null ? 'no-answer' : String(status)}
}

/** Whether the client gets what it asked for: a status below 400, all that a TCP server says, or what is outside the mesh. */
function works({kind}: Prediction): boolean {
  return /^[123]\d\d$/.test(kind) || kind.startsWith('echo') || kind === 'outside'
}

async function judge(
  meshes: TwoMeshes,
  request: TrafficRequest,
  policies: ChangedPolicies | undefined,
): Promise<RequestChange> {
  const find = (mesh: TwoMeshes['before']) =>
    mesh.pods.find(({ref}) => ref.name === request.pod && ref.namespace === request.namespace)
  const pod = find(meshes.before)
  if (pod === undefined)
    throw new UserError(
      `${request.id}: there is no pod ${request.pod} in namespace ${request.namespace}, and the record has no fromAddress`,
    )
  const to = {ip: request.address, port: request.port}
  const speech = speechOf(request)
  const ask = async (which: 'before' | 'after'): Promise<Prediction> => {
    const mesh = meshes[which]
    const origin = find(mesh) ?? pod
    const found = await predict(mesh, {pod: origin, uid: request.uid, gid: request.uid}, to, speech)
    const passed = throughAmbient(meshes, which, origin, request, found)
    return policies === undefined ? passed : throughNetworkPolicies(policies[which], meshes, passed)
  }
  const before = await ask('before')
  const after = await ask('after')
  const same = before.kind === after.kind
  return {
    id: request.id,
    from: `${request.pod}.${request.namespace}`,
    to: `${request.host}:${request.port}`,
    request: wordsOf(request),
    before,
    after,
    changed: !same,
    breaks: works(before) && !works(after) && after.outcome !== 'undecided',
    seen: request.seen,
    why: same ? `nothing changes: ${after.because}` : after.because,
  }
}

function moment(source: Source): number {
  const at = Date.parse(source.origin.capturedAt ?? '')
  return Number.isNaN(at) ? Date.now() : at
}

/** What a change of objects does to recorded requests: each is followed through the current mesh, and through the one istiod would configure. */
export async function whatIfReport(given: Source, question: WhatIfQuestion): Promise<WhatIfReport> {
  const source = noted(listingOnce(given))
  const {change, traffic} = question
  const requests = requestsIn(traffic.text, traffic.place)
  const senders = requests.flatMap(({namespace, pod, sender}) =>
    sender === undefined ? [] : [{namespace, name: pod, address: sender}],
  )
  const meshes = await twoMeshes(source, change, moment(source), senders, question.istioNamespace)
  const judged: RequestChange[] = []
  const policies = await changedPolicies(source, change)
  for (const request of requests) judged.push(await judge(meshes, request, policies))
  const applied = change.apply.map(objectRefOf)
  const foreign = untranslated(applied, change.remove)
  const unknown = openFields(change.apply, await laidAside(source, change))
  const open = judged.filter(each => each.after.outcome === 'undecided').length
  return {
    ...answeredFrom(source),
    gaps: [...meshes.gaps, ...meshes.before.gaps()],
    notes: [
      ...change.problems,
      ...meshes.before.notes(),
      ...(foreign.length === 0 ? [] : [`what ${foreign.join(', ')} would change needs istiod's own translation`]),
      ...(policies === undefined ? [] : ['NetworkPolicies are taken as enforced, which depends on the network plugin']),
      ...(unknown.length === 0 ? [] : [`not predicted: ${unknown.join('; ')}`]),
      ...(open === 0 ? [] : [`${open} of ${judged.length} requests are undecided; each says why`]),
    ],
    undecided: open > 0 || foreign.length > 0 || unknown.length > 0,
    failing: judged.some(each => each.breaks),
    applied: applied.map(objectLabel),
    removed: change.remove.map(objectLabel),
    requests: judged,
  }
}
