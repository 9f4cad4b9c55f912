import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import {type Artifact, type EvidenceId, evidenceRow} from '../../../model/evidence/evidence.js'
import {type PodRef, podLabel} from '../../../model/kube/kube-object.js'
import {failureFromError} from '../../../wire/wire-failure.js'
import {LIMITS} from '../../limits.js'
import {totalFor} from '../api/api.js'
import {gapOfFailure} from '../api/gap-of-failure.js'
import type {Live} from '../live.js'
import {podPath} from './known-pods.js'

/** The end of a container's log, at most the row's size; a pod without that container has no such log, which is not a failure. */
export async function logEvidence(
  live: Live,
  id: EvidenceId,
  subject: PodRef,
  container: string,
): Promise<Answer<Artifact>> {
  const row = evidenceRow(id)
  try {
    const query = new URLSearchParams({container, tailLines: String(LIMITS.logLines), limitBytes: String(row.maxBytes)})
    const path = `${podPath(subject)}/log?${query.toString()}`
    const answer = await live.api.get({
      path,
      accept: '*/*',
      totalMs: totalFor(live.api.idleMs, row.deadlineMs),
      maxBytes: row.maxBytes + LIMITS.refusalBytes,
    })
    const provenance = {capturedAt: new Date().toISOString(), from: podLabel(subject), container}
    return answered({id, bytes: answer.body, provenance})
  } catch (error) {
    const failure = failureFromError(error)
    if (failure.details.httpStatus === 400 && /is not valid for pod/.test(failure.message)) {
      return missing(row.title, 'not-applicable', `${podLabel(subject)} has no container ${container}`)
    }
    return {ok: false, gap: gapOfFailure(row.title, failure)}
  }
}
