/** Where a policy is laid down: what the same words become depends on it. */
export interface PolicyPlace {
  readonly policyNamespace: string
  /** The trust domain of the mesh and its aliases. */
  readonly trustDomains: readonly string[]
  readonly tcp: boolean
  /** The identity of the peer is in filter state (waypoints, HBONE) instead of the TLS connection. */
  readonly peerByFilterState: boolean
}
