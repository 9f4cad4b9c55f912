import {X509Certificate} from 'node:crypto'
import type {CertificateFacts} from '../../model/envoy/envoy-secret.js'

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

/** The body of a block holds no dash (RFC 7468), so a block without an end is skipped. */
const PEM_BLOCK = /-----BEGIN ([^-\r\n]+)-----[^-]*-----END \1-----/g

/** Names a certificate gives as URI; node quotes those that hold a comma (node:crypto subjectAltName). */
function uriNames(subjectAltName: string | undefined): readonly string[] {
  const names = subjectAltName?.match(/URI:("(?:[^"\\]|\\.)*"|[^,]*)/g) ?? []
  return names.map(name => name.slice(4)).map(name => (name.startsWith('"') ? String(JSON.parse(name)) : name))
}

/** A distinguished name on one line: `O=cluster.local, CN=x`. */
function oneLine(name: string): string {
  return name.split('\n').join(', ')
}

/** Every PEM block of some text, in order. */
export function pemBlocks(text: string): readonly string[] {
  return text.match(PEM_BLOCK) ?? []
}

/** What a PEM certificate says (X.509, RFC 5280); undefined for text that is not one. */
export function readCertificate(pem: string): CertificateFacts | undefined {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch {
    return undefined
  }
  return {
    isCa: certificate.ca,
    serial: certificate.serialNumber.toLowerCase().padStart(32, '0'),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    subject: oneLine(certificate.subject ?? ''),
    issuer: oneLine(certificate.issuer ?? ''),
    spiffeIds: uriNames(certificate.subjectAltName).filter(name => name.startsWith('spiffe://')),
  }
}

function readOne(pem: string): readonly ChainCertificate[] {
  try {
    const x509 = new X509Certificate(pem)
    return [
      {
        serial: x509.serialNumber.toLowerCase(),
        fingerprint: x509.fingerprint256,
        subject: oneLine(x509.subject ?? ''),
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

/** The certificates in a PEM text, in order; what is not a certificate is left out. */
export function certificatesIn(text: string): readonly ChainCertificate[] {
  return pemBlocks(text).flatMap(readOne)
}

/** The DER fingerprint (SHA-256) of every certificate in PEM text that can be read. */
export function fingerprints(text: string): readonly string[] {
  return pemBlocks(text).flatMap(pem => {
    try {
      return [new X509Certificate(pem).fingerprint256]
    } catch {
      return []
    }
  })
}
