import {parseCerts} from '../../formats/envoy/envoy-certs.js'
import {pemBlocks, readCertificate} from '../../formats/envoy-config-dump/certificate.js'
import {parseSections} from '../../formats/envoy-config-dump/parse.js'
import {decodeSecrets} from '../../formats/envoy-config-dump/secrets.js'
import type {AdminCertificate} from '../../model/envoy/admin-certificate.js'
import type {CertificateFacts} from '../../model/envoy/envoy-secret.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Source} from '../../sources/source.js'
import {type CertStatus, type CertsReport, type ProxyCertificates, rotation, statusAtEnd, WHY} from './report.js'

interface Input {
  readonly label: string
  readonly bytes: Uint8Array
}

interface FileQuestion {
  readonly warn: number
  readonly now: number
}

function asAdmin({isCa, serial, notBefore, notAfter, spiffeIds, subject}: CertificateFacts): AdminCertificate {
  return {
    role: isCa ? 'trusted' : 'own',
    ofMesh: spiffeIds.length > 0 || isCa,
    serial,
    names: spiffeIds.length > 0 ? spiffeIds : [subject],
    validFrom: notBefore.toISOString(),
    validTo: notAfter.toISOString(),
  }
}

function fromDump(artifact: Artifact): readonly AdminCertificate[] {
  const dump = parseSections(artifact, ['Secrets'])
  const section = dump.ok ? dump.value.sections.get('Secrets') : undefined
  return section === undefined
    ? []
    : decodeSecrets(section).flatMap(({certificate}) => (certificate === undefined ? [] : [asAdmin(certificate)]))
}

function fromPem({bytes}: Input): readonly AdminCertificate[] {
  return pemBlocks(Buffer.from(bytes).toString('utf8'))
    .filter(block => block.includes('BEGIN CERTIFICATE-----'))
    .flatMap(block => {
      const facts = readCertificate(block)
      return facts === undefined ? [] : [asAdmin(facts)]
    })
}

/** Certificates of a file: Envoy's /certs page, the secrets of its config_dump, or PEM; of the first that holds any. */
async function certificatesOf(input: Input, open: (input: Input) => Source): Promise<readonly AdminCertificate[]> {
  const pem = fromPem(input)
  if (pem.length > 0) return pem
  const source = open(input)
  const subject = source.impliedSubject ?? {namespace: '', name: input.label}
  const page = await source.evidence('envoy.certs', subject)
  const certs = page.ok ? parseCerts(page.value) : page
  if (certs.ok && certs.value.length > 0) return certs.value
  const dump = await source.evidence('envoy.config_dump', subject)
  return dump.ok ? fromDump(dump.value) : []
}

function leafRow(
  label: string,
  leaf: AdminCertificate,
  roots: readonly string[],
  question: FileQuestion,
): ProxyCertificates {
  const ofMesh = leaf.names.some(name => name.startsWith('spiffe://'))
  const late = ofMesh ? rotation(leaf, question.now) : undefined
  const end = statusAtEnd(Date.parse(leaf.validTo), question)
  const early = Date.parse(leaf.validFrom) > question.now ? 'NOT YET VALID' : undefined
  const status: CertStatus = late ?? early ?? (ofMesh ? 'OK' : end)
  return {
    pod: {namespace: '', name: label},
    status,
    identity: leaf.names[0],
    serial: leaf.serial,
    validFrom: leaf.validFrom,
    validTo: leaf.validTo,
    intermediates: [],
    roots,
    because: WHY[status] ?? '',
  }
}

/** The certificates in files, each leaf a row and each CA a root; a file without any is a gap, and no certificate at all is an error. */
export async function certsOfFiles(
  inputs: readonly Input[],
  open: (input: Input) => Source,
  question: FileQuestion,
): Promise<CertsReport> {
  const gaps: Gap[] = []
  const proxies: ProxyCertificates[] = []
  const roots = new Map<string, {readonly validTo: number; readonly files: Set<string>}>()
  for (const input of inputs) {
    const all = await certificatesOf(input, open)
    if (all.length === 0) {
      const detail = 'it holds no certificate meshctl can read (a /certs page, secrets of a config_dump, PEM)'
      gaps.push({what: input.label, reason: 'unreadable', detail})
    }
    const trusted = all.filter(({role}) => role === 'trusted')
    for (const {serial, validTo} of trusted) {
      const known = roots.get(serial) ?? {validTo: Date.parse(validTo), files: new Set<string>()}
      known.files.add(input.label)
      roots.set(serial, known)
    }
    const own = all.filter(({role}) => role === 'own')
    const serials = trusted.map(({serial}) => serial)
    proxies.push(...own.map(leaf => leafRow(input.label, leaf, serials, question)))
  }
  if (proxies.length === 0 && roots.size === 0)
    throw new UserError(`no certificate in ${inputs.map(({label}) => label).join(', ')}`, {
      hint: 'certs -f reads a /certs page, the secrets of a config_dump, or PEM.',
      next: 'kubectl exec POD -c istio-proxy -- pilot-agent request GET certs > FILE',
    })
  const groups = [...roots].map(([serial, {validTo, files}]) => ({
    serial,
    validTo: new Date(validTo).toISOString(),
    pods: files.size,
    published: 'unknown' as const,
    status: statusAtEnd(validTo, question),
  }))
  return {
    origin: {kind: 'files', label: inputs.map(({label}) => label).join(', ')},
    provenance: {live: false, complete: false, evidence: []},
    gaps,
    notes: ['from files alone: the roots istiod publishes, and the identity each proxy should have, are unknown'],
    failing: [...proxies, ...groups].some(({status}) => status !== 'OK'),
    asOf: new Date(question.now).toISOString(),
    proxies,
    roots: groups,
    intermediates: [],
    mismatches: [],
    credentials: [],
  }
}
