import {istiodRemarks} from '../../analysis/sync-reason/istiod-log.js'
import type {IstiodAnswer} from '../../evidence/control-plane/istiods.js'
import {listOf, textOf} from '../../formats/decode.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {SyncProblem} from '../../model/istio/sync-problem.js'
import {proxyNamespace, proxyPod} from '../../model/istio/sync-state.js'
import type {KubeObject, PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {whyFromLog} from './unlisted.js'

interface Row {
  readonly id: string
  readonly istiod?: string
  readonly problems: readonly SyncProblem[]
}

async function istiodSays(source: Source, row: Row, istiods: readonly PodRef[], pod: KubeObject | undefined) {
  const addresses = listOf(pod, 'status', 'podIPs').flatMap(each => textOf(each, 'ip') ?? [])
  const asked = istiods.filter(istiod => row.istiod === undefined || istiod.name === row.istiod)
  const logs = await Promise.all(asked.map(istiod => source.evidence('log.discovery', istiod)))
  return logs.flatMap(log =>
    log.ok ? istiodRemarks(Buffer.from(log.value.bytes).toString('utf8'), {id: row.id, addresses}) : [],
  )
}

/** Adds evidence from the proxy's log and istiod's log to its problems; for a proxy without problems it becomes a note. */
export async function explained<R extends Row>(
  source: Source,
  row: R,
  istiods: readonly IstiodAnswer[],
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
  const replicas = istiods.map(istiod => istiod.pod)
  const remarks = await istiodSays(source, row, replicas, podOf.get(row.id))
  const added = [...(why?.evidence ?? []), ...remarks.map(remark => remark.text)]
  const problems = row.problems.map(problem => ({
    ...problem,
    evidence: [...new Set([...(problem.evidence ?? []), ...added])],
  }))
  return {...row, problems}
}
