import {X509Certificate} from 'node:crypto'
import type {ConfigObject, Configured} from '../../model/istio-config/config-object.js'
import {objectOf, textMapOf, textOf} from '../decode.js'

/** A Secret: the names of its entries and its server certificate; values are never kept. */
export interface SecretConfig extends Configured {
  readonly type: string
  readonly keys: readonly string[]
  /** False for a Secret whose values were left out, as in a bundle. */
  readonly withValues: boolean
  readonly certificate: {readonly notBefore: string; readonly notAfter: string} | {readonly problem: string}
}

/** The names of certificate and key (istio.io, secure ingress; cert-manager), in the order istiod looks for them. */
const PAIRS = [
  ['cert', 'key'],
  ['tls.crt', 'tls.key'],
] as const

function decoded(value: string): string {
  return Buffer.from(value, 'base64').toString('utf8')
}

function certificateOf(entries: ReadonlyMap<string, string>): SecretConfig['certificate'] {
  const pair = PAIRS.find(names => names.every(name => (entries.get(name) ?? '') !== ''))
  if (pair === undefined) return {problem: 'it holds neither tls.crt with tls.key nor cert with key'}
  try {
    const {validFrom, validTo} = new X509Certificate(entries.get(pair[0]) ?? '')
    return {notBefore: new Date(validFrom).toISOString(), notAfter: new Date(validTo).toISOString()}
  } catch {
    return {problem: `${pair[0]} holds no certificate that can be read`}
  }
}

/** A Secret of Kubernetes. */
export function readSecretConfig(object: ConfigObject): SecretConfig {
  const {raw} = object
  const encoded = Object.entries(textMapOf(raw, 'data')).map(([key, value]) => [key, decoded(value)] as const)
  const entries = new Map([...encoded, ...Object.entries(textMapOf(raw, 'stringData'))])
  return {
    object,
    type: textOf(raw, 'type') ?? 'Opaque',
    keys: [...entries.keys()],
    withValues: objectOf(raw, 'data') !== undefined || objectOf(raw, 'stringData') !== undefined,
    certificate: certificateOf(entries),
  }
}
