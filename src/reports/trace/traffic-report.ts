import {everyBranch} from '../../analysis/request-path/draws.js'
import {followRequest, type RequestPath} from '../../analysis/request-path/path.js'
import {type PathSummary, racingDetails, summarizePath} from '../../analysis/request-path/path-summary.js'
import type {Speech} from '../../analysis/request-path/speech.js'
import {type Mesh, readMesh} from '../../evidence/mesh-world/mesh.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseJson} from '../../formats/json-text.js'
import {parseTrafficRequest, type TrafficRequest} from '../../formats/traffic/parse.js'
import {gapSentence} from '../../model/answer.js'
import {UserError} from '../../model/user-error.js'
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
    readonly alternatives: readonly (Summary & {readonly share: number | null})[]
  }

export interface TrafficReport extends Report {
  readonly answers: readonly TrafficAnswer[]
}

const DEFAULT_PORT = 80

/** What the client of a record sends: HTTP/1.1 with the Host header as curl writes it, or nothing until the server sends data. */
function speechOf(request: TrafficRequest): Speech {
  const bare = {tls: undefined, refuses: undefined, payload: undefined}
  if (request.tcp) return {...bare, protocol: 'tcp', head: undefined}
  const authority = request.port === DEFAULT_PORT ? request.host : `${request.host}:${request.port}`
  const headers = [['host', authority] as const, ...request.headers]
  return {...bare, protocol: 'http/1.1', head: {method: request.method, path: request.path, headers}}
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

function answerTo(request: TrafficRequest, mesh: Mesh): TrafficAnswer {
  const pod = mesh.pods.find(({ref}) => ref.name === request.pod && ref.namespace === request.namespace)
  if (pod === undefined)
    throw new UserError(`${request.id}: pod ${request.pod} not found in namespace ${request.namespace}`)
  const origin = {pod, uid: request.uid, gid: request.uid}
  const to = {ip: request.address, port: request.port}
  const speech = speechOf(request)
  const {branches} = everyBranch(draw => followRequest(mesh.world, origin, to, speech, draw))
  const [main, ...others] = grouped(branches, !request.tcp)
  const [path] = main?.paths ?? []
  if (main === undefined || path === undefined) throw new Error('a request has at least one way')
  const races = racingDetails(path).map(details => ({...main.summary, details, share: null}))
  return {
    id: request.id,
    ...main.summary,
    ...clustersOf(branches),
    because: path.ending.because,
    alternatives: [...others.map(({summary, share}) => ({...summary, share: rounded(share)})), ...races],
  }
}

function requestsIn(text: string, place: string): readonly TrafficRequest[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    const where = `${place} line ${i + 1}`
    const json = parseJson(Buffer.from(line), where)
    if (!json.ok) throw new UserError(gapSentence(json.gap))
    const request = parseTrafficRequest(json.value)
    if (request === undefined)
      throw new UserError(`${where} is not a recorded request: it needs id, from, and request with address and port`)
    return [request]
  })
}

function moment(source: Source): number {
  const at = Date.parse(source.origin.capturedAt ?? '')
  return Number.isNaN(at) ? Date.now() : at
}

/** Traces recorded requests, in order, on a source; only the request part of each record is read. */
export async function trafficReport(given: Source, text: string, place: string): Promise<TrafficReport> {
  const source = noted(given)
  const mesh = await readMesh(source, moment(source))
  const answers: TrafficAnswer[] = []
  for (const request of requestsIn(text, place)) answers.push(await mesh.follow(() => answerTo(request, mesh)))
  const open = answers.filter(each => each.outcome === 'undecided').length
  const notes = open === 0 ? [] : [`${open} of ${answers.length} requests are undecided; the reason is in each row`]
  return {...answeredFrom(source), gaps: mesh.gaps(), notes: [...mesh.notes(), ...notes], answers}
}
