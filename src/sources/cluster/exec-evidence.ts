import {type Answer, missing} from '../../model/answer.js'
import {type Artifact, type EvidenceId, evidenceRow} from '../../model/evidence.js'
import {type PodRef, podLabel} from '../../model/kube-object.js'
import {failureFromError} from '../../wire/wire-failure.js'
import {type ExecOutcome, execAnswer, succeeded} from '../exec-answer.js'
import {gapOfFailure} from './gap-of-failure.js'
import type {Live} from './live.js'
import {execContainers} from './proxy-container.js'

/**
 * The output of a command in a pod: the first of the row's commands that works, in the first container where one does.
 * Containers share the network namespace, so any of them gives the same answer; iptables rules need one with the privilege to read them.
 */
export async function execEvidence(
  live: Live,
  id: EvidenceId,
  subject: PodRef,
  tries: readonly (readonly string[])[],
): Promise<Answer<Artifact>> {
  const row = evidenceRow(id)
  try {
    const pod = await live.pod(subject)
    const containers = execContainers(pod, row.needs === 'net-admin')
    if (containers.length === 0) {
      return missing(
        row.title,
        'not-running',
        `no container of ${podLabel(subject)} is running (the pod is ${pod.status?.phase ?? 'Unknown'})`,
      )
    }
    const outcomes: ExecOutcome[] = []
    for (const container of containers) {
      const here: ExecOutcome[] = []
      for (const argv of tries) {
        here.push(await live.exec(subject, container, argv, row))
        if (here.some(succeeded)) {
          const provenance = {capturedAt: new Date().toISOString(), from: podLabel(subject), container}
          return execAnswer(id, here, provenance)
        }
      }
      outcomes.push(...here.map(each => ({...each, argv: [`${container}:`, ...each.argv]})))
    }
    return execAnswer(id, outcomes, {})
  } catch (error) {
    return {ok: false, gap: gapOfFailure(row.title, failureFromError(error))}
  }
}
