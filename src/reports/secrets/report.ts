import {resourceJson} from '../../formats/envoy-config-dump/proto-json.js'
import {decodeSecrets} from '../../formats/envoy-config-dump/secrets.js'
import type {EnvoySecret} from '../../model/envoy-secret.js'
import type {Artifact} from '../../model/evidence.js'
import type {PodRef} from '../../model/kube-object.js'
import type {Source} from '../../sources/source.js'
import {loadDump, pendingNotes, requiredSection, unreadNotes} from '../config-dump.js'
import {type Reckoning, reckon} from '../reckoning.js'
import type {Report} from '../report.js'

export interface SecretReport extends Report {
  readonly subject: PodRef
  readonly secrets: readonly EnvoySecret[]
  readonly reckoning: Reckoning
  readonly artifact: Artifact
  readonly document: () => unknown
}

/** Which moment counts: the one asked for, and what time it is for want of a better. */
export interface Moment {
  readonly at: Date | undefined
  readonly now: Date
}

/** The certificates a pod's Envoy holds or waits for, valid or not at the moment that counts. */
export async function secretReport(source: Source, subject: PodRef, moment: Moment): Promise<SecretReport> {
  const {artifact, dump} = await loadDump(source, subject, ['secrets'])
  const section = requiredSection(dump, 'Secrets', source)
  const reckoning = reckon(moment.at, artifact, moment.now)
  const secrets = decodeSecrets(section)
  const notes = [
    ...pendingNotes('Secrets', section),
    ...unreadNotes('Secrets', [section]),
    ...(secrets.length === 0 ? [] : [`validity ${reckoning.words}`]),
  ]
  const document = () => resourceJson(section)
  return {
    origin: source.origin,
    gaps: artifact.incomplete ?? [],
    notes,
    subject,
    secrets,
    reckoning,
    artifact,
    document,
  }
}
