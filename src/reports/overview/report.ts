import {askedOnce} from '../../evidence/asked-once.js'
import {type PresentState, presentState} from '../../evidence/predicted-mesh/present.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Answer, Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Severity} from '../../model/finding.js'
import type {MeshRule} from '../../rules/rule.js'
import {shownMoment} from '../../sources/moment.js'
import type {Source} from '../../sources/source.js'
import {type AuthzMatrix, whoMayCall} from '../authz/matrix-report.js'
import {type CertsReport, certsReport} from '../certs/report.js'
import {type FindingPolicy, finalizeReport} from '../check/policy.js'
import {type CheckReport, checkReport} from '../check/report.js'
import {podListPages} from '../check/targets/pod-list-pages.js'
import {type ErrorsReport, errorsReport} from '../errors/report.js'
import {type MtlsReport, mtlsReport} from '../mtls/report.js'
import {type ProxyStatusReport, proxyStatusReport} from '../proxy-status/report.js'
import type {Report} from '../report.js'
import {openHeard} from '../trace/heard.js'
import {observedCalls} from './calls.js'
import {type InterceptionRow, interceptionRows} from './interception.js'
import {leftOut, part} from './part.js'
import {type ServiceGraph, serviceGraph} from './service-graph.js'
import {type TracedRequest, tracedRequests} from './traces.js'

/** The state of a mesh or of a namespace: the answer to each single question, or the reason why it is missing. */
export interface OverviewReport extends Report {
  /** Undefined for every namespace. */
  readonly namespace: string | undefined
  /** The time of the state, RFC 3339. */
  readonly at: string
  readonly check: Answer<CheckReport>
  readonly sync: Answer<ProxyStatusReport>
  readonly interception: Answer<readonly InterceptionRow[]>
  readonly certs: Answer<CertsReport>
  readonly mtls: Answer<MtlsReport>
  readonly authz: Answer<readonly AuthzMatrix[]>
  readonly graph: Answer<ServiceGraph>
  readonly errors: Answer<ErrorsReport>
  readonly traces: Answer<readonly TracedRequest[]>
  /** The version of meshctl. */
  readonly version: string
}

export interface OverviewQuestion {
  readonly namespace: string | undefined
  readonly istioNamespace: string
  /** False leaves out what each pod has to be asked for. */
  readonly deep: boolean
  readonly rules: readonly MeshRule[]
  readonly policy: FindingPolicy
  readonly failOn: Severity
  /** Milliseconds of access logs before now or the capture; undefined for everything. */
  readonly sinceMs: number | undefined
  readonly now: Date
  readonly version: string
  readonly progress?: (done: number, total: number | undefined) => void
}

/** How long before its end a root certificate counts as expiring: as `certs` has it. */
const WARN_MS = 7 * 24 * 3_600_000
const SHALLOW = 'pods are not asked one by one with -A on a live cluster'
const HOW = 'Use --deep, or -n for one namespace.'

async function findings(source: Source, question: OverviewQuestion): Promise<CheckReport> {
  const {namespace, istioNamespace, rules, failOn, deep, now, version, policy, progress} = question
  const everywhere = namespace === undefined
  const pages = podListPages(source, [], {namespace, allNamespaces: everywhere}, undefined)
  const options = {rules, failOn, istioNamespace, deep, everywhere, now, version}
  const raw = await checkReport(source, pages, progress === undefined ? options : {...options, progress})
  return await finalizeReport(source, raw, policy, [])
}

function matrices(present: PresentState, namespace: string | undefined): readonly AuthzMatrix[] {
  const homes = new Set(present.state.hosts.filter(each => !each.meshExternal).map(each => each.namespace))
  const wanted = namespace === undefined ? [...homes].sort() : [namespace]
  return wanted.map(whoMayCall(present)).filter(({rows}) => rows.length > 0)
}

function gapsOf(parts: readonly Answer<unknown>[]): readonly Gap[] {
  return parts.flatMap(each => {
    if (!each.ok) return [each.gap]
    const {value} = each
    return typeof value === 'object' && value !== null && 'gaps' in value ? (value.gaps as readonly Gap[]) : []
  })
}

function distinct(gaps: readonly Gap[]): readonly Gap[] {
  return [...new Map(gaps.map(gap => [JSON.stringify(gap), gap])).values()]
}

function knownValue<T>(answer: Answer<T>): T | undefined {
  return answer.ok ? answer.value : undefined
}

/** The answers of the single questions, and what of the graph and the traces could not be read. */
async function readParts(source: Source, question: OverviewQuestion, present: Answer<PresentState>, at: number) {
  const {namespace, istioNamespace, deep} = question
  const perPod = async <T>(what: string, ask: () => Promise<T>): Promise<Answer<T>> =>
    deep ? await part(what, ask) : leftOut(what, SHALLOW, HOW)
  const withPresent = async <T>(what: string, ask: (state: PresentState) => Promise<T>): Promise<Answer<T>> =>
    present.ok ? await part(what, () => ask(present.value)) : present
  const all = present.ok ? present.value.pods : []
  const pods = all.filter(({ref}) => namespace === undefined || ref.namespace === namespace)
  const captured = pods.filter(({mode}) => mode === 'sidecar' || mode === 'ambient' || mode === 'none')
  const gaps: Gap[] = []
  const check = await part('findings', () => findings(source, question))
  const sync = await part('the sync status', () =>
    proxyStatusReport(source, {istioNamespace, namespace, staleAfterMs: 0}),
  )
  const interception = await perPod('the interception of traffic', () => interceptionRows(source, captured))
  const certs = await perPod('certificates', () =>
    certsReport(source, {namespace, istioNamespace, warn: WARN_MS, now: at}),
  )
  const mtls = await part('mTLS', () => mtlsReport(source, {kind: 'matrix', namespace}, istioNamespace))
  const authz = await withPresent('authorization policies', async state => matrices(state, namespace))
  const graph = await withPresent('the service graph', async state => {
    const calls = deep ? await observedCalls(source, pods, gaps) : []
    return serviceGraph(state, calls, namespace)
  })
  const errors = await perPod('failing requests', () =>
    errorsReport(source, {istioNamespace, namespace, pods: undefined, sinceMs: question.sinceMs}),
  )
  const traces = await perPod('traces', () =>
    tracedRequests(source, pods, knownValue(errors), knownValue(mtls), istioNamespace, gaps),
  )
  return {parts: {check, sync, interception, certs, mtls, authz, graph, errors, traces}, gaps}
}

/** Everything the single questions say about a mesh or a namespace; only if none can be answered it is an error. */
export async function overviewReport(given: Source, question: OverviewQuestion): Promise<OverviewReport> {
  const source = noted(askedOnce(given))
  const {namespace, istioNamespace, now, version} = question
  const at = shownMoment(source, now.getTime())
  const present = await part('the objects of the mesh', () => presentState(source, istioNamespace))
  const {parts, gaps} = await readParts(source, question, present, at)
  const {check, sync, interception, certs, mtls, graph, errors, traces} = parts
  if (!check.ok && !sync.ok && !(graph.ok && graph.value.nodes.length > 0))
    throw new UserError(`no mesh data could be read from ${source.origin.label}: ${check.gap.detail}`, {
      hint: 'report needs pods and objects: a cluster, a bundle, a snapshot or the sample mesh.',
    })
  const unread = interception.ok ? interception.value.flatMap(({gap}) => (gap === undefined ? [] : [gap])) : []
  const heard = openHeard()
  if (errors.ok) heard.add(errors.value)
  for (const {path} of traces.ok ? traces.value : []) heard.add(path)
  const failing = [check, sync, certs, mtls, errors].some(each => each.ok && each.value.failing === true)
  return {
    ...answeredFrom(source),
    gaps: distinct([
      ...(present.ok ? present.value.gaps : []),
      ...gapsOf(Object.values(parts)),
      ...unread,
      ...gaps,
      ...heard.gaps(),
    ]),
    notes: heard.notes(),
    ...definedFields({failing: failing || undefined}),
    namespace,
    at: new Date(at).toISOString(),
    ...parts,
    version,
  }
}
