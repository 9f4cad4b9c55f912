import {answeredFrom, type NotedSource, noted} from '../../evidence/provenance.js'
import {parseCerts} from '../../formats/envoy/envoy-certs.js'
import {resourceJson} from '../../formats/envoy-config-dump/proto-json.js'
import {decodeSecrets} from '../../formats/envoy-config-dump/secrets.js'
import type {AdminCertificate} from '../../model/envoy/admin-certificate.js'
import type {EnvoySecret} from '../../model/envoy/envoy-secret.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {loadDump, pendingNotes, requiredSection, unreadNotes} from '../config-dump.js'
import {type EvaluationTime, evaluationTime, stamp} from '../evaluation-time.js'
import {type Report, required} from '../report.js'

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

/** Certificates that are not valid at a time, by whom they are of. */
function invalidNotes(secrets: readonly EnvoySecret[], at: Date): readonly string[] {
  return secrets.flatMap(({name, certificate}) => {
    if (certificate === undefined) return []
    const {notAfter, notBefore, spiffeIds} = certificate
    const who = `the certificate ${name}${spiffeIds.length === 0 ? '' : ` of ${spiffeIds.join(', ')}`}`
    if (notAfter <= at) return [`${who} has expired: it was valid until ${stamp(notAfter)}`]
    return notBefore > at ? [`${who} is not valid yet: it is from ${stamp(notBefore)}`] : []
  })
}

/** The certificates a pod's Envoy has or is waiting for, and whether they are valid at the evaluation time. */
export async function secretReport(given: Source, subject: PodRef, moment: Moment): Promise<SecretReport> {
  const source = noted(given)
  const certs = await certsAlone(source, subject)
  if (certs !== undefined) return certsReport(source, subject, certs, moment)
  const {artifact, dump} = await loadDump(source, subject, ['secrets'])
  const section = requiredSection(dump, 'Secrets', source)
  const evaluatedAt = evaluationTime(moment.at, artifact, moment.now, source.traits)
  const secrets = decodeSecrets(section)
  const notes = [
    ...pendingNotes('Secrets', section),
    ...unreadNotes('Secrets', [section]),
    ...invalidNotes(secrets, evaluatedAt.at),
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

/** The /certs page of a source that has no config_dump. */
async function certsAlone(source: Source, subject: PodRef): Promise<Artifact | undefined> {
  if (source.traits.live || source.traits.complete) return undefined
  const certs = await source.evidence('envoy.certs', subject)
  return certs.ok && !(await source.evidence('envoy.config_dump', subject)).ok ? certs.value : undefined
}

/** The certificates of the /certs page, which has no names of secrets. */
function certsReport(source: NotedSource, subject: PodRef, artifact: Artifact, moment: Moment): SecretReport {
  const evaluatedAt = evaluationTime(moment.at, artifact, moment.now, source.traits)
  const secrets = required(parseCerts(artifact), source, 'envoy.certs').map(asSecret)
  return {
    ...answeredFrom(source),
    gaps: artifact.incomplete ?? [],
    notes: [
      "from Envoy's /certs page: it names no secrets, and certificates that Envoy waits for are not on it",
      ...invalidNotes(secrets, evaluatedAt.at),
      `validity ${evaluatedAt.text}`,
    ],
    subject,
    secrets,
    evaluatedAt,
    artifact,
    document: () => secrets,
  }
}

function asSecret({role, serial, names, validFrom, validTo}: AdminCertificate): EnvoySecret {
  return {
    name: role === 'own' ? '(served)' : '(trusted CA)',
    state: 'ACTIVE',
    uninitialized: false,
    certificate: {
      isCa: role === 'trusted',
      serial: serial.padStart(32, '0'),
      notBefore: new Date(validFrom),
      notAfter: new Date(validTo),
      subject: '',
      issuer: '',
      spiffeIds: names.filter(name => name.startsWith('spiffe://')),
    },
    certificates: 1,
    trustDomain: /^spiffe:\/\/([^/]*)/.exec(names.at(-1) ?? '')?.[1] ?? '',
    elsewhere: '',
    lastUpdated: '',
  }
}
