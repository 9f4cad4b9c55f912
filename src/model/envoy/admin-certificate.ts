/** A certificate Envoy serves or trusts, from its /certs page. Times are RFC 3339. */
export interface AdminCertificate {
  readonly role: 'own' | 'trusted'
  /**
   * True in a chain of the mesh: its leaf has a SPIFFE identity, or it is trusted beside such a leaf. Roots that Envoy trusts without presenting an
   * identity (the operating system's CA bundle, for TLS to external hosts) and certificates for hosts are not of the mesh.
   */
  readonly ofMesh: boolean
  readonly serial: string
  readonly names: readonly string[]
  readonly validFrom: string
  readonly validTo: string
  /** Whole days until its end by the clock of the proxy (days_until_expiration); 0 also when it has ended. */
  readonly daysLeft?: number
}
