const SCHEME = 'spiffe://'
const IDENTITY = /^[^/]+\/ns\/[^/]+\/sa\/[^/]+$/

/** The value without its scheme, if that is all that is wrong. */
export function correctedPrincipal(value: string): string | undefined {
  const rest = value.startsWith(SCHEME) ? value.slice(SCHEME.length) : ''
  return IDENTITY.test(rest) ? rest : undefined
}

/** Why no identity of a workload meets the value; undefined when one may. */
export function principalProblem(value: string): string | undefined {
  if (value.startsWith(SCHEME)) return 'principals are written without the scheme spiffe://'
  if (value.includes('*')) return undefined
  return IDENTITY.test(value) ? undefined : 'it is not TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT'
}
