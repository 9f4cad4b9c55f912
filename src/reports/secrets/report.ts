import {answeredFrom, noted} from '../../evidence/provenance.js'
import {resourceJson} from '../../formats/envoy-config-dump/proto-json.js'
import {decodeSecrets} from '../../formats/envoy-config-dump/secrets.js'
import type {EnvoySecret} from '../../model/envoy-secret.js'
import type {Artifact} from '../../model/evidence.js'
import type {PodRef} from '../../model/kube-object.js'
import type {Source} from '../../sources/source.js'
import {loadDump, pendingNotes, requiredSection, unreadNotes} from '../config-dump.js'
import {type EvaluationTime, evaluationTime} from '../evaluation-time.js'
import type {Report} from '../report.js'

export interface SecretReport extends Report {
  readonly subject: PodRef
  readonly secrets: readonly EnvoySecret[]
  readonly evaluatedAt: EvaluationTime
  readonly artifact: Artifact
  readonly document: () => unknown
}

/** The time given with --at, and the current time as the fallback. */
export interface Moment {
  readonly at: Date | undefined
  readonly now: Date
}

/** The certificates a pod's Envoy has or is waiting for, and whether they are valid at the evaluation time. */
export async function secretReport(given: Source, subject: PodRef, moment: Moment): Promise<SecretReport> {
  const source = noted(given)
  const {artifact, dump} = await loadDump(source, subject, ['secrets'])
  const section = requiredSection(dump, 'Secrets', source)
  const evaluatedAt = evaluationTime(moment.at, artifact, moment.now)
  const secrets = decodeSecrets(section)
  const notes = [
    ...pendingNotes('Secrets', section),
    ...unreadNotes('Secrets', [section]),
    ...(secrets.length === 0 ? [] : [`validity ${evaluatedAt.text}`]),
  ]
  const document = () => resourceJson(section)
  return {
    ...answeredFrom(source),
    gaps: artifact.incomplete ?? [],
    notes,
    subject,
    secrets,
    evaluatedAt,
    artifact,
    document,
  }
}
