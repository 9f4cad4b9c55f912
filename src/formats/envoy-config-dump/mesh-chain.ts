import {X509Certificate} from 'node:crypto'
import {at, listOf, textOf} from '../decode.js'
import {pemBlocks} from './certificate.js'
import {inlineText, rootCaText} from './secrets.js'

/** A certificate of a chain, and what it can prove about another. */
export interface ChainCertificate {
  /** Lower-case hex, without leading zeros, as Envoy writes it. */
  readonly serial: string
  /** SHA-256 of its DER form: serial numbers of two CAs may be alike. */
  readonly fingerprint: string
  readonly subject: string
  /** RFC 3339. */
  readonly validFrom: string
  readonly validTo: string
  /** Whether the other certificate signed it. */
  readonly signedBy: (other: ChainCertificate) => boolean
  readonly x509: X509Certificate
}

/** What a proxy shows to its peers and which roots it trusts in them, by its secrets `default` and `ROOTCA`. */
export interface MeshChain {
  /** The leaf first. Envoy's /certs page shows nothing of a chain but its leaf. */
  readonly chain: readonly ChainCertificate[]
  readonly trusted: readonly ChainCertificate[]
}

function readOne(pem: string): readonly ChainCertificate[] {
  try {
    const x509 = new X509Certificate(pem)
    return [
      {
        serial: x509.serialNumber.toLowerCase(),
        fingerprint: x509.fingerprint256,
        subject: x509.subject?.split('\n').join(', ') ?? '',
        validFrom: new Date(x509.validFrom).toISOString(),
        validTo: new Date(x509.validTo).toISOString(),
        signedBy: other => x509.checkIssued(other.x509) && x509.verify(other.x509.publicKey),
        x509,
      },
    ]
  } catch {
    return []
  }
}

function certificatesIn(text: string): readonly ChainCertificate[] {
  return pemBlocks(text).flatMap(readOne)
}

/** The chain and the roots of a SecretsConfigDump; undefined when it has no workload certificate. */
export function meshChain(section: unknown): MeshChain | undefined {
  const own = listOf(section, 'dynamic_active_secrets').find(each => textOf(each, 'name') === 'default')
  const chain = certificatesIn(inlineText(at(own, 'secret', 'tls_certificate', 'certificate_chain')))
  if (chain.length === 0) return undefined
  return {chain, trusted: certificatesIn(rootCaText(section) ?? '')}
}
