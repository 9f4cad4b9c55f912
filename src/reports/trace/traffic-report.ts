import {everyBranch} from '../../analysis/request-path/draws.js'
import {followRequest, type RequestPath} from '../../analysis/request-path/path.js'
import {type PathSummary, racingDetails, summarizePath} from '../../analysis/request-path/path-summary.js'
import type {MeshWorld} from '../../analysis/request-path/world.js'
import {type Mesh, readMesh} from '../../evidence/mesh-world/mesh.js'
import {requestsIn, speechOf} from '../../evidence/mesh-world/recorded-requests.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import type {TrafficRequest} from '../../formats/traffic/parse.js'
import {shownMoment} from '../../sources/moment.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'

type Summary = Omit<PathSummary, 'cluster'>

/** The result for one recorded request. Other possible outcomes are in `alternatives`, with their fraction if known. */
export type TrafficAnswer = {readonly id: string} & Summary &
  (
    | {readonly cluster: string | null}
    | {readonly clusters: readonly {readonly cluster: string; readonly share: number}[]}
  ) & {
    readonly because: string
    /** What the outcome takes for granted because no evidence tells it; null where nothing. */
    readonly condition: string | null
    /** Some hop rests on the objects: what its ztunnel or waypoint has, or the rules of its kernel, were not read. */
    readonly byObjects: boolean
    readonly alternatives: readonly (Summary & {readonly share: number | null})[]
  }

export interface TrafficReport extends Report {
  readonly answers: readonly TrafficAnswer[]
}

interface Group {
  readonly summary: Summary
  readonly share: number
  readonly paths: readonly RequestPath[]
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000
}

/** Branches with the same end are merged. */
function grouped(branches: readonly {readonly share: number; readonly result: RequestPath}[], http: boolean): Group[] {
  const groups = new Map<string, Group>()
  for (const {share, result} of branches) {
    const {cluster: _, ...summary} = summarizePath(result, http)
    const key = JSON.stringify(summary)
    const known = groups.get(key)
    groups.set(key, {summary, share: (known?.share ?? 0) + share, paths: [...(known?.paths ?? []), result]})
  }
  return [...groups.values()].sort((a, b) => b.share - a.share)
}

function clustersOf(branches: readonly {readonly share: number; readonly result: RequestPath}[]) {
  const shares = new Map<string, number>()
  for (const {share, result} of branches) {
    const {cluster} = summarizePath(result, true)
    if (cluster !== null) shares.set(cluster, (shares.get(cluster) ?? 0) + share)
  }
  const [only, ...more] = [...shares]
  if (only === undefined) return {cluster: null}
  if (more.length === 0) return {cluster: only[0]}
  return {clusters: [...shares].map(([cluster, share]) => ({cluster, share: rounded(share)}))}
}

/** A request whose sender was not captured: nothing of its way is known. */
function notCaptured({id, pod, namespace}: TrafficRequest): TrafficAnswer {
  return {
    id,
    status: null,
    flags: [],
    details: null,
    serverFlags: [],
    serverDetails: null,
    outcome: 'undecided',
    policy: null,
    cluster: null,
    because: `pod ${pod}.${namespace}, which sends it, was not captured`,
    condition: null,
    byObjects: false,
    alternatives: [],
  }
}

function restsOnObjects({legs}: RequestPath, world: MeshWorld): boolean {
  return legs.some(each => {
    if (each.kind === 'kernel') return world.site(each.pod).kernel?.from === 'computed'
    return (each.kind === 'ztunnel' || each.kind === 'proxy') && world.site(each.pod).byObjects === true
  })
}

function answerTo(request: TrafficRequest, mesh: Mesh): TrafficAnswer {
  const pod = mesh.pods.find(({ref}) => ref.name === request.pod && ref.namespace === request.namespace)
  if (pod === undefined) return notCaptured(request)
  const origin = {pod, uid: request.uid, gid: request.uid}
  const to = {ip: request.address, port: request.port}
  const speech = speechOf(request)
  const world = {...mesh.world, sentAt: request.sentAt}
  const {branches} = everyBranch(draw => followRequest(world, origin, to, speech, draw))
  const [main, ...others] = grouped(branches, !request.tcp)
  const [path] = main?.paths ?? []
  if (main === undefined || path === undefined) throw new Error('a request has at least one way')
  const races = racingDetails(path).map(details => ({...main.summary, details, share: null}))
  return {
    id: request.id,
    ...main.summary,
    ...clustersOf(branches),
    because: path.ending.because,
    condition: path.ending.condition ?? null,
    byObjects: restsOnObjects(path, world),
    alternatives: [...others.map(({summary, share}) => ({...summary, share: rounded(share)})), ...races],
  }
}

/** Traces recorded requests, in order, on a source; only the request part of each record is read. */
export async function trafficReport(
  given: Source,
  text: string,
  place: string,
  istioNamespace = 'istio-system',
): Promise<TrafficReport> {
  const source = noted(given)
  const mesh = await readMesh(source, shownMoment(source), {istioNamespace, pastObjects: true, networkPolicies: true})
  const answers: TrafficAnswer[] = []
  for (const request of requestsIn(text, place)) answers.push(await mesh.follow(() => answerTo(request, mesh)))
  const open = answers.filter(each => each.outcome === 'undecided').length
  const notes = open === 0 ? [] : [`${open} of ${answers.length} requests are undecided; the reason is in each row`]
  return {...answeredFrom(source), gaps: mesh.gaps(), notes: [...mesh.notes(), ...notes], answers}
}
