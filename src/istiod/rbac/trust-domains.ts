/** The trust domains a value of a policy stands for: one of the mesh stands for all of them, any other, a pattern too, for itself. */
export function everyTrustDomain(value: string, trustDomains: readonly string[]): readonly string[] {
  return trustDomains.includes(value) ? trustDomains : [value]
}

/** True when a trust domain fits a pattern with a `*` at its start. */
function fitsSuffix(domain: string, pattern: string): boolean {
  return pattern.startsWith('*') && domain.endsWith(pattern.slice(1))
}

function fitsPrefix(domain: string, pattern: string): boolean {
  return pattern.endsWith('*') && domain.startsWith(pattern.slice(0, -1))
}

/** The trust domain that stands for that of the mesh, whatever it is called (istio.io, "Trust Domain Migration"). */
const LOCAL = 'cluster.local'

/**
 * An identity of a policy in every trust domain of the mesh: one that names the mesh's own trust domain, an alias of it or
 * `cluster.local` counts for all of them, any other is kept.
 */
export function inEveryTrustDomain(principal: string, trustDomains: readonly string[]): readonly string[] {
  const [domain = '', ...rest] = principal.split('/')
  if (rest.length !== 4 || domain === '*') return [principal]
  const own = trustDomains.some(each => each === domain || fitsSuffix(each, domain) || fitsPrefix(each, domain))
  if (!own && domain !== LOCAL) return [principal]
  const all = trustDomains.map(each => (fitsSuffix(each, domain) ? principal : [each, ...rest].join('/')))
  return [...new Set(all)]
}
