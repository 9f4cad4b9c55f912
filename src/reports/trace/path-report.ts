import {drawnEvenly} from '../../analysis/envoy/evenly.js'
import {type Branch, everyBranch} from '../../analysis/request-path/draws.js'
import {followRequest, type RequestPath} from '../../analysis/request-path/path.js'
import {
  clientLeg,
  type PathSummary,
  racingDetails,
  serverLeg,
  summarizePath,
} from '../../analysis/request-path/path-summary.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {madeOnce} from '../../evidence/asked-once.js'
import {syncCaveats} from '../../evidence/control-plane/sync-caveats.js'
import {objectCache} from '../../evidence/mesh-objects/object-cache.js'
import {type Mesh, readMesh} from '../../evidence/mesh-world/mesh.js'
import {answeredFrom, type NotedSource, noted} from '../../evidence/provenance.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {shownMoment} from '../../sources/moment.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import type {PathCause} from './cause.js'
import {type CauseInputs, pathCauseOf} from './path-cause.js'
import {type AskedPath, askedPath, type Begin} from './path-request.js'
import type {PathFlags} from './path-spec.js'
import {type PathStep, stepsOf} from './path-steps.js'

/** The access log entry of one side; undefined if it writes none. */
export interface ExpectedLogs {
  readonly client?: string
  readonly server?: string
}

/** One possible path of the request. Paths with the same end are merged. */
export interface PathBranch extends PathSummary {
  /** The fraction of requests that take this path, from 0 to 1. */
  readonly share: number
  readonly because: string
  /** What the outcome takes for granted because no evidence tells it: the outcome holds if this does; null where nothing. */
  readonly condition: string | null
  /** Where it ends; of merged paths, the first. */
  readonly pod?: PodRef
  readonly steps: readonly PathStep[]
  readonly logs: ExpectedLogs
  /** Other details the client's log may show, depending on a race. */
  readonly orDetails: readonly string[]
  readonly cause?: PathCause
}

export interface PathReport extends Report {
  readonly from: string
  readonly to: string
  readonly request: string
  /** Where a client outside reaches the gateway the request enters by: `address:port` with a remark; none without a gateway. */
  readonly outside: readonly string[]
  readonly branches: readonly PathBranch[]
  /** Caveats shown with the verdict: rules from pod start, configuration a proxy rejected. */
  readonly caveats: readonly string[]
  /** The fraction of requests not followed, because there are too many paths. */
  readonly unfollowed: number
}

/** The source of the request, as given. */
export type FromWord =
  | {readonly kind: 'pod'; readonly pod: PodRef}
  | {readonly kind: 'ingress'}
  | {readonly kind: 'address'; readonly ip: string}

export interface PathQuestion {
  readonly from: FromWord
  readonly to: string
  readonly flags: PathFlags
  readonly istioNamespace: string
}

function beginning(mesh: Mesh, from: FromWord): Begin {
  if (from.kind === 'address') return {ip: from.ip}
  if (from.kind === 'ingress') {
    const gateway =
      mesh.pods.find(({mode, labels}) => mode === 'gateway' && labels.istio === 'ingressgateway') ??
      mesh.pods.find(({mode}) => mode === 'gateway')
    if (gateway === undefined)
      throw new UserError('no ingress gateway pod found', {
        hint: "Use the name of the gateway's pod instead of ingress.",
      })
    return {gateway}
  }
  const {pod} = from
  const found = mesh.pods.find(({ref}) => ref.name === pod.name && ref.namespace === pod.namespace)
  if (found === undefined) throw new UserError(`the object of pod ${podLabel(pod)} could not be read`)
  return found.mode === 'gateway' ? {gateway: found} : {pod: found}
}

/** Response flags in the order of the log: the retry flag is set first. */
function logFlags(flags: readonly string[]): string {
  const rest = flags.filter(each => each !== 'URX')
  return [...flags.filter(each => each === 'URX'), ...rest].join(',') || '-'
}

function logLine(request: AskedPath, leg: ReturnType<typeof clientLeg>): string | undefined {
  if (leg?.decision?.decided !== true) return undefined
  const {status, flags, details, terminationDetails, cluster, route} = leg.decision.outcome
  const {head} = request.speech
  const noRequest = head === undefined || details === 'filter_chain_not_found' || (details ?? status) === null
  const first = noRequest
    ? '"- - -" 0'
    : `"${head.method} ${head.path} HTTP/${leg.request.protocol.replace('http/', '')}" ${status ?? 0}`
  const [, reason = '-'] = /^[^|]*\|(.*)\}$/.exec(details ?? '') ?? []
  const target = typeof cluster === 'string' ? cluster : (cluster?.[0] ?? '-')
  return `${first} ${logFlags(flags)} ${details ?? '-'} ${terminationDetails ?? '-'} "${reason}" … ${target} … ${route || '-'}`
}

function logsOf(request: AskedPath, {legs}: RequestPath): ExpectedLogs {
  const client = logLine(request, clientLeg(legs))
  const server = logLine(request, serverLeg(legs))
  return {...definedFields({client, server})}
}

interface Way {
  readonly summary: PathSummary
  readonly share: number
  readonly path: RequestPath
}

function waysOf(branches: readonly Branch<RequestPath>[], http: boolean): readonly Way[] {
  const ways = new Map<string, Way>()
  for (const {share, result} of branches) {
    const summary = summarizePath(result, http)
    const key = JSON.stringify([summary, result.ending.because])
    const known = ways.get(key)
    ways.set(key, known === undefined ? {summary, share, path: result} : {...known, share: known.share + share})
  }
  return [...ways.values()].sort((a, b) => b.share - a.share)
}

function fails({outcome, status}: PathSummary): boolean {
  if (outcome === 'answered') return (status ?? 0) >= 400
  return !['delivered', 'not-captured', 'undecided'].includes(outcome)
}

async function branchOf(
  inputs: CauseInputs,
  request: AskedPath,
  named: PathStep['evidence'],
  way: Way,
): Promise<PathBranch> {
  const {summary, share, path} = way
  const cause = fails(summary) || summary.outcome === 'answered' ? await pathCauseOf(inputs, path) : undefined
  const pod: MeshPod | undefined = path.ending.pod
  const name: PathStep = {
    ...{hop: 'name', where: request.from, text: request.resolved.text, reasons: [], nearMisses: []},
    evidence: named,
  }
  return {
    share: Math.round(share * 10_000) / 10_000,
    ...summary,
    because: path.ending.because,
    condition: path.ending.condition ?? null,
    ...definedFields({pod: pod?.ref}),
    steps: [name, ...stepsOf(path.legs, inputs.world)],
    logs: logsOf(request, path),
    orDetails: racingDetails(path),
    ...definedFields({cause}),
  }
}

function proxiesOn(paths: readonly RequestPath[]): readonly MeshPod[] {
  return [...new Set(paths.flatMap(({legs}) => legs.flatMap(each => (each.kind === 'proxy' ? [each.pod] : []))))]
}

/** Resources that Envoy rejected on the paths. */
function rejections(mesh: Mesh, pods: readonly MeshPod[]): readonly string[] {
  return pods.flatMap(pod =>
    mesh.world.site(pod).rejected.map(each => `${podLabel(pod.ref)} uses older configuration: Envoy rejected ${each}`),
  )
}

interface Reading {
  readonly source: NotedSource
  readonly mesh: Mesh
  readonly objects: ReturnType<typeof objectCache>
}

async function read(given: Source, istioNamespace: string): Promise<Reading> {
  const source = noted(given)
  const mesh = await readMesh(source, shownMoment(source), {istioNamespace, networkPolicies: true})
  return {source, mesh, objects: objectCache(source, istioNamespace)}
}

/** Simulates one request from source to end, along every possible path. Nothing is sent. */
export async function pathReport(given: Source, question: PathQuestion): Promise<PathReport> {
  const {to, flags, istioNamespace} = question
  const {source, mesh, objects} = await madeOnce(given, `mesh ${istioNamespace}`, () => read(given, istioNamespace))
  const begin = beginning(mesh, question.from)
  const entries = await objects.list('serviceEntries', source.defaultNamespace)
  const around = {namespace: source.defaultNamespace, entries}
  const request = await mesh.follow(() => askedPath(mesh, begin, to, flags, around))
  if (request.addresses.length === 0) throw new UserError(`${to} has no address: ${request.resolved.text}`)
  const {branches, unfollowed} = await mesh.follow(() =>
    everyBranch(draw => {
      const {addresses, port, origin, speech} = request
      const ip = drawnEvenly(draw, 'an address of the name', addresses) ?? ''
      return followRequest(mesh.world, origin, {ip, port}, speech, draw)
    }),
  )
  const ways = waysOf(branches, request.speech.head !== undefined)
  const inputs = {source, objects, world: mesh.world, istioNamespace}
  const found: PathBranch[] = []
  const named = source.ledger.uses().filter(({evidence}) => evidence === 'objects/Service')
  for (const way of ways) found.push(await branchOf(inputs, request, named, way))
  const [main] = ways
  const proxies = proxiesOn(branches.map(each => each.result))
  const sync = await syncCaveats(
    source,
    proxies.map(each => each.ref),
    istioNamespace,
  )
  return {
    ...answeredFrom(source),
    gaps: mesh.gaps(),
    notes: [...request.notes, ...sync.notes],
    caveats: [...mesh.notes(), ...rejections(mesh, proxies), ...sync.caveats],
    failing: main !== undefined && fails(main.summary),
    undecided: unfollowed > 0 || found.some(each => each.outcome === 'undecided'),
    from: request.from,
    to,
    request: request.text,
    outside: request.outside,
    branches: found,
    unfollowed,
  }
}
