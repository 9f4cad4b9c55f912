import type {EnvoySecret} from '../../model/envoy/envoy-secret.js'
import {at, field, isObject, listOf, objectOf, textOf} from '../decode.js'
import {pemBlocks, readCertificate} from './certificate.js'
import {typeOf} from './chain.js'
import {isResource} from './resources.js'

interface CertificateData {
  readonly source: unknown
  readonly trustDomain?: string
}

/** The text of a DataSource that holds its bytes (config.core.v3.DataSource); empty for any other. */
export function inlineText(source: unknown): string {
  const encoded = textOf(source, 'inline_bytes')
  return encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('latin1')
}

/** Where a DataSource points when its data is not in the dump (config.core.v3.DataSource). */
function whereElse(source: unknown): string {
  const file = textOf(source, 'filename')
  if (file !== undefined) return `file ${file}`
  const variable = textOf(source, 'environment_variable')
  if (variable !== undefined) return `environment variable ${variable}`
  return textOf(source, 'inline_string') === undefined ? '' : 'inline text'
}

const OTHER_KINDS = ['session_ticket_keys', 'generic_secret'] as const

/** The data istioctl looks at, in its order: own chain, trusted CA, then one entry per domain of a SPIFFE bundle. */
function dataOf(secret: unknown): readonly CertificateData[] {
  const chain = objectOf(secret, 'tls_certificate', 'certificate_chain')
  if (textOf(chain, 'inline_bytes') !== undefined) return [{source: chain}]
  const ca = objectOf(secret, 'validation_context', 'trusted_ca')
  if (textOf(ca, 'inline_bytes') !== undefined) return [{source: ca}]
  const custom = at(secret, 'validation_context', 'custom_validator_config', 'typed_config')
  if (typeOf(custom).endsWith('.SPIFFECertValidatorConfig')) {
    return listOf(custom, 'trust_domains').map(domain => ({
      source: field(domain, 'trust_bundle'),
      trustDomain: textOf(domain, 'name') ?? '',
    }))
  }
  return [{source: chain ?? ca}]
}

/** The host of the last SPIFFE id, which is its trust domain (SPIFFE-ID 2.1). */
function domainOf(ids: readonly string[]): string {
  return /^spiffe:\/\/([^/]*)/.exec(ids.at(-1) ?? '')?.[1] ?? ''
}

function unreadable(secret: unknown): string {
  const type = typeOf(secret)
  if (type !== '' && !/^envoy\..*\.Secret$/.test(type)) return `unknown type ${type}`
  const other = OTHER_KINDS.find(kind => field(secret, kind) !== undefined)
  return other === undefined ? '' : other.replaceAll('_', ' ')
}

function rowsOf(entry: unknown, state: 'WARMING' | 'ACTIVE' | 'STATIC'): readonly EnvoySecret[] {
  const secret = field(entry, 'secret')
  const entryName = textOf(entry, 'name') ?? ''
  const uninitialized = textOf(entry, 'version_info') === 'uninitialized'
  return dataOf(secret).map(({source, trustDomain}) => {
    const blocks = pemBlocks(inlineText(source))
    const certificate = blocks[0] === undefined ? undefined : readCertificate(blocks[0])
    return {
      name: trustDomain === undefined ? entryName : (textOf(secret, 'name') ?? entryName),
      state,
      uninitialized,
      certificate,
      certificates: blocks.length,
      trustDomain: trustDomain ?? domainOf(certificate?.spiffeIds ?? []),
      elsewhere: isObject(secret) ? whereElse(source) || unreadable(secret) : 'nothing received yet',
      lastUpdated: textOf(entry, 'last_updated') ?? '',
    }
  })
}

/** The warming, active and static secrets of a SecretsConfigDump, in that order. */
export function decodeSecrets(section: unknown): readonly EnvoySecret[] {
  return [
    ...listOf(section, 'dynamic_warming_secrets')
      .filter(isResource)
      .flatMap(entry => rowsOf(entry, 'WARMING')),
    ...listOf(section, 'dynamic_active_secrets')
      .filter(isResource)
      .flatMap(entry => rowsOf(entry, 'ACTIVE')),
    ...listOf(section, 'static_secrets')
      .filter(isResource)
      .flatMap(entry => rowsOf(entry, 'STATIC')),
  ]
}

/** The PEM text of the active secret ROOTCA; undefined when Envoy has none. */
export function rootCaText(section: unknown): string | undefined {
  const entry = listOf(section, 'dynamic_active_secrets').find(each => textOf(each, 'name') === 'ROOTCA')
  const text = inlineText(at(entry, 'secret', 'validation_context', 'trusted_ca'))
  return text === '' ? undefined : text
}
