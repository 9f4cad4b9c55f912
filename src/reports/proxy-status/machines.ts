import {
  disconnectedSince,
  hasMachineProxy,
  podOfMachine,
  WORKLOAD_CONTROLLER,
} from '../../formats/kube-pod/machine-pod.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Gap, isFailure} from '../../model/evidence/answer.js'
import type {SyncProblem} from '../../model/istio/sync-problem.js'
import {proxyNamespace} from '../../model/istio/sync-state.js'
import {type KubeObject, podLabel, podRefOf} from '../../model/kube/kube-object.js'
import {matchesLabels, type Requirement} from '../../model/kube/selector.js'
import type {Source} from '../../sources/source.js'

/** What the machines of WorkloadEntries add: those without a connection, each a row of its own, and which connected proxies are machines. */
export interface MachineRows {
  readonly rows: readonly {readonly id: string; readonly revision: string; readonly problems: readonly SyncProblem[]}[]
  readonly notes: readonly string[]
}

/** Proxies named in a note. */
const NAMED = 5

const HINT =
  'Read the log of istio on the machine (journalctl -u istio): whether it reaches istiod, and its token is valid.'

/** The entries of machines that declare a proxy; a list that failed is a gap, and where there are no WorkloadEntries there are no machines. */
async function machinesOf(source: Source, namespace: string | undefined, gaps: Gap[]): Promise<readonly KubeObject[]> {
  const answer = await source.objects({kind: 'WorkloadEntry', ...definedFields({namespace})})
  if (answer.ok) return answer.value.filter(hasMachineProxy)
  if (isFailure(answer.gap)) gaps.push(answer.gap)
  return []
}

function label(entry: KubeObject): string {
  return podLabel(podRefOf(entry))
}

function disconnected(entry: KubeObject, since: string): SyncProblem {
  const {[WORKLOAD_CONTROLLER]: istiod} = entry.metadata.annotations ?? {}
  const last = istiod === undefined ? '' : `; its last connection was to ${istiod}`
  const reason = `it is the machine of a WorkloadEntry, on which istiod noted the end of its connection${last}`
  return {kind: 'disconnected', proxy: label(entry), types: [], reason, since, advice: HINT}
}

function unlisted(entry: KubeObject): SyncProblem {
  const reason = 'it is the machine of a WorkloadEntry, and no istiod lists a proxy outside Kubernetes in its namespace'
  return {kind: 'unknown', proxy: label(entry), types: [], reason, advice: HINT}
}

/** The ids (`NAME.NAMESPACE`) of the proxies that istiods list and of the pods read; `everyAnswer` is true if no other istiod may list more. */
interface KnownIds {
  readonly listed: readonly string[]
  readonly pods: ReadonlyMap<string, unknown>
  readonly everyAnswer: boolean
}

/**
 * The machines of WorkloadEntries beside the proxies that istiods list. A machine's proxy has the name of its host, which its WorkloadEntry does not
 * hold, so a listed proxy that is not a pod is one of the machines of its namespace (istio.io, VM architecture).
 */
export async function machineRows(
  source: Source,
  namespace: string | undefined,
  labels: readonly Requirement[],
  {listed, pods, everyAnswer}: KnownIds,
  gaps: Gap[],
): Promise<MachineRows> {
  const entries = await machinesOf(source, namespace, gaps)
  const homes = new Set(entries.map(each => podRefOf(each).namespace))
  const outside = listed.filter(id => !pods.has(id) && homes.has(proxyNamespace(id)))
  const selected = entries.filter(each => matchesLabels(labels, podOfMachine(each)?.metadata.labels ?? {}))
  const rows = selected.flatMap(entry => {
    const since = disconnectedSince(entry.metadata.annotations ?? {})
    const unseen = everyAnswer && !outside.some(id => proxyNamespace(id) === podRefOf(entry).namespace)
    const problem = since !== undefined ? disconnected(entry, since) : unseen ? unlisted(entry) : undefined
    return problem === undefined ? [] : [{id: label(entry), revision: '', problems: [problem]}]
  })
  if (outside.length === 0) return {rows, notes: []}
  const names = `${outside.slice(0, NAMED).join(', ')}${outside.length > NAMED ? ` and ${outside.length - NAMED} more` : ''}`
  const are = outside.length === 1 ? 'is a machine' : 'are machines'
  return {
    rows,
    notes: [`${names} ${are} outside Kubernetes (WorkloadEntry): run meshctl there, or with --from ssh:HOST`],
  }
}
