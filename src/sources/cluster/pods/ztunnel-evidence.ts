import {podMode} from '../../../analysis/pod-mode/pod-mode.js'
import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import {type Artifact, type EvidenceId, evidenceRow} from '../../../model/evidence/evidence.js'
import {type PodRef, podLabel} from '../../../model/kube/kube-object.js'
import {failureFromError} from '../../../wire/wire-failure.js'
import {gapOfFailure} from '../api/gap-of-failure.js'
import type {Live} from '../live.js'

/** A page of a ztunnel over a port-forward: its image has no program that could read it from inside. Other pods have no such page. */
export async function ztunnelEvidence(
  live: Live,
  id: EvidenceId,
  subject: PodRef,
  {port, path}: {readonly port: number; readonly path: string},
): Promise<Answer<Artifact>> {
  const {title, maxBytes, deadlineMs} = evidenceRow(id)
  try {
    if (podMode(await live.pod(subject)) !== 'ztunnel')
      return missing(title, 'not-applicable', `${podLabel(subject)} is not a ztunnel`)
    const bytes = await live.oneByOne(subject, () => live.podPage(subject, port, path, {maxBytes, deadlineMs}))
    return answered({
      id,
      bytes,
      provenance: {capturedAt: new Date().toISOString(), from: podLabel(subject), path},
    })
  } catch (error) {
    return {ok: false, gap: gapOfFailure(title, failureFromError(error))}
  }
}

const ADMIN_PORT = 15_000

/** Sets ztunnel's log levels; only directives of plain names and levels are sent. */
export async function setZtunnelLogLevel(
  live: Live,
  subject: PodRef,
  directives: string,
  reset: boolean,
): Promise<Answer<Artifact>> {
  if (!/^[A-Za-z0-9_:=,]{1,512}$/.test(directives))
    return missing("ztunnel's log levels", 'failed', `${directives} is not a ztunnel log level`)
  const path = `logging?level=${directives}${reset ? '&reset' : ''}`
  return await ztunnelEvidence(live, 'ztunnel.logging', subject, {port: ADMIN_PORT, path})
}
