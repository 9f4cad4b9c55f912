import type {RouteConfiguration, VirtualHost} from '../../../model/envoy/route.js'
import {asciiLower} from '../matching/strings.js'
import {known, undecided} from '../undecided.js'

// Domain search: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-virtualhost

type Kind = 'exact' | 'suffix' | 'prefix' | 'any'

interface Domain {
  readonly kind: Kind
  /** The domain without its wildcard star. */
  readonly text: string
}

function domainOf(domain: string): Domain {
  const text = asciiLower(domain)
  if (text === '*') return {kind: 'any', text: ''}
  if (text.startsWith('*')) return {kind: 'suffix', text: text.slice(1)}
  if (text.endsWith('*')) return {kind: 'prefix', text: text.slice(0, -1)}
  return {kind: 'exact', text}
}

/** The precedence of a domain match: kinds in Envoy's order, longer domains first; undefined for no match. */
function rank({kind, text}: Domain, host: string): number | undefined {
  if (kind === 'any') return 0
  if (kind === 'exact') return host === text ? 3_000_000 : undefined
  if (host.length <= text.length) return undefined
  if (kind === 'suffix') return host.endsWith(text) ? 2_000_000 + text.length : undefined
  return host.startsWith(text) ? 1_000_000 + text.length : undefined
}

/** The host up to its last colon, whatever follows it; a bracketed IPv6 address stays whole. */
function withoutPort(host: string): string {
  return host.replace(/:[^:\]]*$/, '')
}

/**
 * The virtual host of an authority: exact domain, then longest suffix, longest prefix, finally `*`. A request without an
 * authority finds one only where `*` is the only domain there is.
 */
export function virtualHostOf(table: RouteConfiguration, authority: string | undefined): VirtualHost | undefined {
  if (table.vhds) undecided('virtual hosts that are loaded on demand', table.at)
  if (authority === undefined) {
    const domains = table.virtualHosts.flatMap(each => each.domains)
    return domains.every(each => each === '*') ? table.virtualHosts[0] : undefined
  }
  if (authority === '') return table.virtualHosts.find(each => each.domains.includes('*'))
  const host = asciiLower(table.ignorePortInHostMatching ? withoutPort(authority) : authority)
  let best: {readonly virtualHost: VirtualHost; readonly rank: number} | undefined
  for (const virtualHost of table.virtualHosts) {
    for (const domain of virtualHost.domains) {
      const value = rank(domainOf(domain), host)
      if (value !== undefined && (best === undefined || value > best.rank)) best = {virtualHost, rank: value}
    }
  }
  return best === undefined ? undefined : known(best.virtualHost, 'a virtual host')
}
