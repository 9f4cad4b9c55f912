/** The fields of a PEM certificate that are shown. */
export interface CertificateFacts {
  readonly isCa: boolean
  /** Lower-case hex, at least 32 digits. */
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly subject: string
  readonly issuer: string
  readonly spiffeIds: readonly string[]
}

/** One certificate that Envoy has (or is waiting for), with istioctl's name. */
export interface EnvoySecret {
  readonly name: string
  /** The list of the dump it is in. */
  readonly state: 'WARMING' | 'ACTIVE' | 'STATIC'
  /** True if Envoy is still waiting for its first value. */
  readonly uninitialized: boolean
  /** The first certificate; undefined when there is none or it cannot be read. */
  readonly certificate: CertificateFacts | undefined
  /** How many certificates the data holds. */
  readonly certificates: number
  readonly trustDomain: string
  /** Where the data is if not in the dump (a file, an environment variable), or the type of an unknown secret. */
  readonly elsewhere: string
  readonly lastUpdated: string
}

/** True at a time strictly between notBefore and notAfter; false without a certificate. */
export function isValidAt(secret: EnvoySecret, at: Date): boolean {
  const {certificate} = secret
  return certificate !== undefined && certificate.notBefore < at && at < certificate.notAfter
}

const DAY_MS = 86_400_000

/** Days until a certificate expires, negative afterwards; undefined without a certificate. */
export function daysLeft(secret: EnvoySecret, at: Date): number | undefined {
  if (secret.certificate === undefined) return undefined
  return (secret.certificate.notAfter.getTime() - at.getTime()) / DAY_MS
}
