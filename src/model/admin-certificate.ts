/** A certificate Envoy serves or trusts, from its /certs page. Times are RFC 3339. */
export interface AdminCertificate {
  readonly role: 'own' | 'trusted'
  readonly serial: string
  readonly names: readonly string[]
  readonly validFrom: string
  readonly validTo: string
}
