import {listingOnce} from '../../evidence/asked-once.js'
import {connectedProblems} from '../../evidence/control-plane/connection-problems.js'
import type {IstiodAnswer} from '../../evidence/control-plane/istiods.js'
import {type ListedProxy, listedProxies} from '../../evidence/control-plane/istiods.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {hasProxy, isAlive, podRevision} from '../../formats/kube-pod/proxy-pod.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {groupedPairs} from '../../model/collections/grouped-by.js'
import type {Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {SYNC_PROBLEMS, type SyncProblem} from '../../model/istio/sync-problem.js'
import {type ProxyConnection, proxyNamespace} from '../../model/istio/sync-state.js'
import {type KubeObject, podLabel, podRefOf} from '../../model/kube/kube-object.js'
import {matchesLabels, parseSelector} from '../../model/kube/selector.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import {optional, type Report} from '../report.js'
import {explained, istiodLogs} from './explained.js'
import {gather} from './gather.js'
import {machineRows} from './machines.js'
import {keepsRow} from './only.js'
import {noSidecarProblem, unlistedProblem} from './unlisted.js'
import {newestProxy, skewBeside, skewProblems} from './version-skew.js'

export interface ProxyStatusFilter {
  readonly istioNamespace: string
  readonly namespace?: string | undefined
  readonly selector?: string | undefined
  /** Only this proxy, `pod.namespace`. */
  readonly proxy?: string | undefined
  readonly revision?: string | undefined
  readonly only?: readonly string[] | undefined
  readonly staleAfterMs: number
  /** Read the logs of every proxy with a problem, not only of those that are not connected. */
  readonly why?: boolean | undefined
  readonly at?: Date | undefined
}

/** One connected proxy, or a pod with a proxy that no istiod lists (`istiod` undefined). */
export interface ProxyRow {
  readonly id: string
  readonly proxy?: ProxyConnection
  readonly istiod?: string
  readonly revision: string
  readonly problems: readonly SyncProblem[]
}

export interface ProxyStatusReport extends Report {
  readonly istiods: readonly IstiodAnswer[]
  readonly rows: readonly ProxyRow[]
  /** All rows including those `--only` filters out; used for the counts. */
  readonly counted: readonly ProxyRow[]
  /** Pods without a proxy that could have one. */
  readonly outside: readonly SyncProblem[]
  /** The time of the states; ages are computed from it. */
  readonly at: Date
  readonly atSource: 'asked' | 'captured' | 'now'
}

/** Maximum number of pods whose logs and dumps are read per run, and how many in parallel. */
const MAX_INSPECTED_PODS = 50
const INSPECTED_AT_ONCE = 8

function evaluatedAt(source: Source, istiods: readonly IstiodAnswer[], at: Date | undefined) {
  if (at !== undefined) return {at, atSource: 'asked' as const}
  const answered =
    istiods
      .map(istiod => istiod.answeredAt ?? '')
      .sort()
      .at(-1) ?? ''
  const captured = answered !== '' ? answered : source.origin.capturedAt
  if (captured === undefined) return {at: new Date(), atSource: 'now' as const}
  return {at: new Date(captured), atSource: source.traits.live ? ('now' as const) : ('captured' as const)}
}

/**
 * Every proxy of every istiod with its states and what is wrong, pods with a proxy no istiod knows, and pods left without one.
 * All istiods are asked at once; those that do not answer are listed.
 */
export async function proxyStatusReport(given: Source, filter: ProxyStatusFilter): Promise<ProxyStatusReport> {
  const gaps: Gap[] = []
  const {pages} = given
  // The pods of a fleet are read page by page; they are listed once at most besides, in the namespace of the istiods.
  const source = noted({...listingOnce(given), ...definedFields({pages})})
  const {pods, istiods} = await gather(source, filter, gaps)
  const {at, atSource} = evaluatedAt(source, istiods, filter.at)
  const podOf = new Map((pods ?? []).map(pod => [podLabel(podRefOf(pod)), pod]))
  const wanted = filter.selector === undefined ? [] : parseSelector(filter.selector)
  const inView = (id: string) =>
    (filter.proxy === undefined || filter.proxy === id) &&
    (filter.namespace === undefined || proxyNamespace(id) === filter.namespace) &&
    (wanted.length === 0 || matchesLabels(wanted, podOf.get(id)?.metadata.labels ?? {}))
  const listed = listedProxies(istiods)
  const beside = groupedPairs([...listed.values()].map(({istiod, proxy}) => [istiod, proxy] as const))
  const newest = new Map([...beside].map(([istiod, proxies]) => [istiod, newestProxy(proxies)]))
  const rows = await boundedMap([...listed.keys()].filter(inView).sort(byText), 32, async (id): Promise<ProxyRow> => {
    const {proxy, istiod} = listed.get(id) as ListedProxy
    const rejectingProxy = {
      namespace: proxyNamespace(id),
      rootNamespace: filter.istioNamespace,
      labels: podOf.get(id)?.metadata.labels ?? {},
    }
    const problems = await connectedProblems(source, proxy, rejectingProxy, at, filter.staleAfterMs)
    const version = istiods.find(each => each.pod.name === istiod)?.version ?? ''
    const pod = podOf.get(id)
    const revision = pod === undefined ? '' : podRevision(pod)
    const skew = version === '' ? skewBeside(proxy, newest.get(istiod)) : skewProblems(proxy, version)
    return {id, proxy, istiod, revision, problems: [...problems, ...skew]}
  })
  if (rows.some(({proxy}) => proxy?.types.some(({state}) => state === 'SUBSCRIBED')))
    gaps.push({
      what: 'states of the proxies',
      reason: 'not-found',
      detail: 'the table lists what each proxy subscribes to: istioctl proxy-status -v 1 prints the states',
    })
  const silent = istiods.filter(istiod => istiod.silent !== undefined)
  const unlisted = [...podOf].filter(([id, pod]) => !listed.has(id) && inView(id) && hasProxy(pod) && isAlive(pod))
  const notes: string[] = []
  if (silent.length > 0 && unlisted.length > 0) {
    const names = silent.map(istiod => istiod.pod.name).join(', ')
    notes.push(
      `${unlisted.length === 1 ? '1 pod with a proxy is' : `${unlisted.length} pods with a proxy are`} not listed by any istiod that answered; ${unlisted.length === 1 ? 'it' : 'they'} may be connected to ${names}`,
    )
  }
  const lost =
    silent.length > 0
      ? unlisted.map(([id, pod]): ProxyRow => ({id, revision: podRevision(pod), problems: []}))
      : await lostRows(source, unlisted, istiods, filter, gaps)
  const everyAnswer = silent.length === 0 && filter.revision === undefined
  const ids = {listed: [...listed.keys()], pods: podOf, everyAnswer}
  const machines =
    pods === undefined ? {rows: [], notes: []} : await machineRows(source, filter.namespace, wanted, ids, gaps)
  notes.push(...machines.notes)
  const outside = await outsiders(
    source,
    [...podOf].filter(([id]) => inView(id)),
    filter,
    gaps,
  )
  const logs = istiodLogs(source, istiods)
  const withReasons =
    filter.why === true
      ? await boundedMap([...rows, ...lost], INSPECTED_AT_ONCE, row => explained(source, row, logs, podOf, gaps, notes))
      : [...rows, ...lost]
  if (filter.namespace !== undefined && withReasons.length === 0 && pods?.length === 0)
    await requireNamespace(source, filter.namespace)
  const counted = [
    ...withReasons,
    ...machines.rows.filter(({id}) => filter.proxy === undefined || filter.proxy === id),
  ].sort((a, b) => byText(a.id, b.id))
  const all = counted.filter(row => keepsRow(row, filter.only))
  return {
    ...answeredFrom(source),
    gaps,
    notes,
    istiods,
    rows: all,
    counted,
    outside: keepsOutside(filter.only) ? outside : [],
    at,
    atSource,
    failing: all.some(row => row.problems.some(problem => SYNC_PROBLEMS[problem.kind].failing)),
  }
}

/** An empty answer about a namespace that does not exist is a mistake in its name. */
async function requireNamespace(source: Source, name: string): Promise<void> {
  const answer = await source.objects({kind: 'Namespace', name})
  if (!answer.ok || answer.value.length > 0) return
  throw new UserError(`namespaces "${name}" not found in ${source.origin.label}`, {next: 'kubectl get namespaces'})
}

function keepsOutside(only: readonly string[] | undefined): boolean {
  return only === undefined || only.length === 0 || only.includes('no-sidecar')
}

async function lostRows(
  source: Source,
  unlisted: readonly (readonly [string, KubeObject])[],
  istiods: readonly IstiodAnswer[],
  filter: ProxyStatusFilter,
  gaps: Gap[],
): Promise<readonly ProxyRow[]> {
  const revisions = new Set(istiods.map(istiod => istiod.revision))
  const ours = unlisted.filter(([, pod]) => filter.revision === undefined || revisions.has(podRevision(pod)))
  return await boundedMap(ours, INSPECTED_AT_ONCE, async ([id, pod], index): Promise<ProxyRow> => {
    const revision = podRevision(pod)
    if (index < MAX_INSPECTED_PODS || filter.why === true) {
      return {id, revision, problems: [await unlistedProblem(source, pod, revisions, gaps)]}
    }
    const reason = `not connected to any istiod (not inspected: more than ${MAX_INSPECTED_PODS} such pods; use --why)`
    return {id, revision, problems: [{kind: 'unknown', proxy: id, types: [], reason}]}
  })
}

async function outsiders(
  source: Source,
  pods: readonly (readonly [string, KubeObject])[],
  filter: ProxyStatusFilter,
  gaps: Gap[],
): Promise<readonly SyncProblem[]> {
  const bare = pods.filter(
    ([, pod]) => isAlive(pod) && !hasProxy(pod) && pod.metadata.namespace !== filter.istioNamespace,
  )
  if (bare.length === 0) return []
  const namespaces = optional(await source.objects({kind: 'Namespace'}), gaps) ?? []
  const byName = new Map(namespaces.map(namespace => [namespace.metadata.name, namespace]))
  return bare.flatMap(([, pod]) => noSidecarProblem(pod, byName) ?? []).sort((a, b) => byText(a.proxy, b.proxy))
}
