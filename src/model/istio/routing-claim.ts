/** True for a header by which a route matches a claim of the token: `@request.auth.claims.NAME` or `@request.auth.claims[NAME]` in any case (istio.io, JWT claim based routing). */
export function isRoutingClaim(header: string): boolean {
  return /^@request\.auth\.claims(\..|\[.+\]$)/i.test(header)
}
