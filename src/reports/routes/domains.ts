const SHOWN = 2

/** A domain without a port: no colon at all, or a bracketed IPv6 address. */
function isPortless(domain: string): boolean {
  if (!domain.includes(':')) return true
  return domain.endsWith(']') && domain.split(':').length > 3
}

function hasWithout(domain: string, suffix: string, all: readonly string[]): boolean {
  return domain.endsWith(suffix) && all.includes(domain.slice(0, -suffix.length))
}

/** True when a shorter spelling of the same Kubernetes name is in the list too. */
function hasShorter(domain: string, all: readonly string[]): boolean {
  return hasWithout(domain, '.svc.cluster.local', all) || hasWithout(domain, '.svc', all)
}

/** istioctl's DOMAINS cell: a single domain unchanged; of several the first two without ports and longer spellings, and how many more. */
export function domainsText(domains: readonly string[]): string {
  if (domains.length <= 1) return domains[0] ?? ''
  const portless = domains.filter(isPortless)
  const kept = portless.filter(domain => !hasShorter(domain, portless))
  const shown = kept.slice(0, SHOWN).join(', ')
  return kept.length > SHOWN ? `${shown} + ${kept.length - SHOWN} more...` : shown
}
