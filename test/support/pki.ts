import {X509Certificate} from 'node:crypto'
import {readFileSync} from 'node:fs'
import type {Source} from '../../src/sources/source.js'

/** What a proxy shows and trusts: names of files in test/fixtures/pki. */
export interface Shown {
  readonly chain: readonly string[]
  readonly trusts: readonly string[]
}

/** The text of a file of test/fixtures/pki. */
export function pem(name: string): string {
  return readFileSync(`test/fixtures/pki/${name}.pem`, 'utf8')
}

/** A certificate of test/fixtures/pki. */
export function certificate(name: string): X509Certificate {
  return new X509Certificate(pem(name))
}

function listed(name: string): object {
  const {serialNumber, validFrom, validTo, subjectAltName} = certificate(name)
  const uri = subjectAltName?.replace(/^URI:/, '')
  return {
    serial_number: serialNumber.toLowerCase(),
    subject_alt_names: uri === undefined ? [] : [{uri}],
    valid_from: new Date(validFrom).toISOString(),
    expiration_time: new Date(validTo).toISOString(),
  }
}

/** The /certs page of a real Envoy with these: the leaf of the chain alone, and every root. */
function certsPage({chain, trusts}: Shown): string {
  return JSON.stringify({certificates: [{ca_cert: trusts.map(listed), cert_chain: chain.slice(0, 1).map(listed)}]})
}

function secretsDump({chain, trusts}: Shown): string {
  const bytes = (names: readonly string[]) => ({
    inline_bytes: Buffer.from(names.map(pem).join('')).toString('base64'),
  })
  const secrets = [
    {name: 'default', tls_certificate: {certificate_chain: bytes(chain)}},
    {name: 'ROOTCA', validation_context: {trusted_ca: bytes(trusts)}},
  ]
  const type = 'type.googleapis.com/envoy.admin.v3.SecretsConfigDump'
  const active = secrets.map(secret => ({name: secret.name, version_info: '1', secret}))
  return JSON.stringify({configs: [{'@type': type, dynamic_active_secrets: active}]})
}

/** A source whose proxies have other certificates; those of which `shown` says nothing keep theirs. */
export function withCertificates(source: Source, shown: (pod: string) => Shown | undefined): Source {
  return {
    ...source,
    evidence: async (id, pod, query) => {
      const answer = await source.evidence(id, pod, query)
      const mine = shown(pod.name)
      if (!answer.ok || mine === undefined || (id !== 'envoy.certs' && id !== 'envoy.config_dump')) return answer
      const text = id === 'envoy.certs' ? certsPage(mine) : secretsDump(mine)
      return {...answer, value: {...answer.value, bytes: Buffer.from(text)}}
    },
  }
}
