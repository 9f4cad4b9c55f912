import {X509Certificate} from 'node:crypto'

/** A certificate of a PEM text. Times are milliseconds since 1970. */
export interface PemCertificate {
  /** As Envoy writes serial numbers: hexadecimal, in lower case. */
  readonly serial: string
  readonly subject: string
  readonly validFrom: number
  readonly validTo: number
}

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** The certificates in a PEM text; what is not a certificate is left out. */
export function pemCertificates(text: string): readonly PemCertificate[] {
  return (text.match(BLOCK) ?? []).flatMap(block => {
    try {
      const found = new X509Certificate(block)
      return [
        {
          serial: found.serialNumber.toLowerCase(),
          subject: found.subject.split('\n').join(', '),
          validFrom: Date.parse(found.validFrom),
          validTo: Date.parse(found.validTo),
        },
      ]
    } catch {
      return []
    }
  })
}
