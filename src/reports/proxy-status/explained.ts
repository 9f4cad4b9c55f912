import {type IstiodLog, istiodRemarks, parseIstiodLog} from '../../analysis/sync-reason/istiod-log.js'
import type {IstiodAnswer} from '../../evidence/control-plane/istiods.js'
import {listOf, textOf} from '../../formats/decode.js'
import {onceByKey} from '../../model/collections/once.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {SyncProblem} from '../../model/istio/sync-problem.js'
import {proxyNamespace, proxyPod} from '../../model/istio/sync-state.js'
import {type KubeObject, type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {whyFromLog} from './unlisted.js'

/** The logs of the istiod of a name, or of all. */
export type IstiodLogs = (name: string | undefined) => Promise<readonly IstiodLog[]>

interface Row {
  readonly id: string
  readonly istiod?: string
  readonly problems: readonly SyncProblem[]
}

/** What every istiod logged of connections, each log read once. */
export function istiodLogs(source: Source, istiods: readonly IstiodAnswer[]): IstiodLogs {
  const once = onceByKey<Promise<IstiodLog | undefined>>()
  const read = async (istiod: PodRef) => {
    const log = await source.evidence('log.discovery', istiod)
    return log.ok ? parseIstiodLog(Buffer.from(log.value.bytes).toString('utf8')) : undefined
  }
  return async name => {
    const asked = istiods.map(({pod}) => pod).filter(pod => name === undefined || pod.name === name)
    return (await Promise.all(asked.map(pod => once(podLabel(pod), () => read(pod))))).filter(log => log !== undefined)
  }
}

async function istiodSays(logs: IstiodLogs, row: Row, pod: KubeObject | undefined) {
  const addresses = listOf(pod, 'status', 'podIPs').flatMap(each => textOf(each, 'ip') ?? [])
  return (await logs(row.istiod)).flatMap(log => istiodRemarks(log, {id: row.id, addresses}))
}

/** Adds evidence from the proxy's log and istiod's log to its problems; for a proxy without problems it becomes a note. */
export async function explained<R extends Row>(
  source: Source,
  row: R,
  logs: IstiodLogs,
  podOf: ReadonlyMap<string, KubeObject>,
  gaps: Gap[],
  notes: string[],
): Promise<R> {
  const ref = {namespace: proxyNamespace(row.id), name: proxyPod(row.id)}
  const why = await whyFromLog(source, ref, gaps)
  if (row.problems.length === 0) {
    if (why !== undefined) notes.push(`log of ${row.id}: ${why.reason}`)
    return row
  }
  const remarks = await istiodSays(logs, row, podOf.get(row.id))
  const added = [...(why?.evidence ?? []), ...remarks.map(remark => remark.text)]
  const problems = row.problems.map(problem => ({
    ...problem,
    evidence: [...new Set([...(problem.evidence ?? []), ...added])],
  }))
  return {...row, problems}
}
