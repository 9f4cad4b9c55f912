import {type Answer, missing} from '../../../model/evidence/answer.js'
import {type Artifact, type EvidenceId, evidenceRow} from '../../../model/evidence/evidence.js'
import {type PodRef, podLabel} from '../../../model/kube/kube-object.js'
import {failureFromError} from '../../../wire/wire-failure.js'
import {type ExecOutcome, execAnswer, succeeded, wasDenied} from '../../exec-answer.js'
import {gapOfFailure} from '../api/gap-of-failure.js'
import type {Live} from '../live.js'
import {batchedOutcome, keptOutcome} from './exec-batches.js'
import {type ExecMemory, inTurn, knownOutcome, rememberOutcome} from './exec-memory.js'
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
  const needsPrivilege = row.needs === 'net-admin'
  const memory = live.execMemory(subject)
  const ask = () => askContainers(live, memory, id, subject, tries)
  try {
    return needsPrivilege ? await inTurn(memory, ask) : await ask()
  } catch (error) {
    return {ok: false, gap: gapOfFailure(row.title, failureFromError(error))}
  }
}

async function askContainers(
  live: Live,
  memory: ExecMemory,
  id: EvidenceId,
  subject: PodRef,
  tries: readonly (readonly string[])[],
): Promise<Answer<Artifact>> {
  const row = evidenceRow(id)
  const needsPrivilege = row.needs === 'net-admin'
  const pod = await live.pod(subject)
  const containers = execContainers(pod, needsPrivilege)
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
      const outcome =
        keptOutcome(memory, container, id, argv) ??
        knownOutcome(memory, container, argv, needsPrivilege) ??
        (await batchedOutcome(live, memory, id, subject, container, argv)) ??
        (await live.exec(subject, container, argv, row))
      rememberOutcome(memory, container, outcome, needsPrivilege && wasDenied(outcome))
      here.push(outcome)
      if (here.some(succeeded)) {
        const provenance = {capturedAt: outcome.endedAt ?? new Date().toISOString(), from: podLabel(subject), container}
        return execAnswer(id, here, provenance)
      }
    }
    outcomes.push(...here.map(each => ({...each, argv: [`${container}:`, ...each.argv]})))
  }
  return execAnswer(id, outcomes, {})
}
