import type {HttpConnectionManager, HttpFilter} from '../../../model/envoy/http.js'
import {type Headers, headerValue} from '../matching/headers.js'
import {asciiLower} from '../matching/strings.js'
import {known} from '../undecided.js'
import type {ChosenRoute} from './state.js'

// Upgrades: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/upgrades

/**
 * The requested upgrade in lower case: its type, or `connect` for CONNECT; undefined for an
 * ordinary request.
 */
export function upgradeOf(headers: Headers, version: '1.0' | '1.1' | '2'): string | undefined {
  const tokens = asciiLower(headerValue(headers, 'connection') ?? '').split(',')
  const upgrade = version === '2' ? undefined : headerValue(headers, 'upgrade')
  if (upgrade !== undefined && tokens.some(each => each.trim() === 'upgrade')) return asciiLower(upgrade)
  return headerValue(headers, ':method') === 'CONNECT' ? 'connect' : undefined
}

/** Whether an upgrade is allowed: the route's setting overrides the manager's. */
export function upgradeAllowed(
  manager: HttpConnectionManager,
  chosen: ChosenRoute | undefined,
  upgrade: string,
): boolean {
  const byRoute = chosen?.route?.route?.upgradeConfigs.find(each => asciiLower(each.upgradeType ?? '') === upgrade)
  if (byRoute !== undefined) return known(byRoute, 'an upgrade').enabled ?? true
  const byManager = manager.upgradeConfigs.find(each => asciiLower(each.upgradeType ?? '') === upgrade)
  if (byManager === undefined) return false
  return known(byManager, 'an upgrade').enabled ?? true
}

/** The filters a request runs through: those of its upgrade, if it has its own, else the manager's. */
export function filtersOf(manager: HttpConnectionManager, upgrade: string | undefined): readonly HttpFilter[] {
  const byManager = manager.upgradeConfigs.find(each => asciiLower(each.upgradeType ?? '') === upgrade)
  return byManager === undefined || byManager.filters.length === 0 ? manager.httpFilters : byManager.filters
}

/** Whether Envoy terminates a request of this method as a tunnel and forwards the bytes as TCP. */
export function endsConnect(chosen: ChosenRoute | undefined, method: string | undefined): boolean {
  const config = chosen?.route?.route?.upgradeConfigs.find(each => asciiLower(each.upgradeType ?? '') === 'connect')
  if (config?.connectConfig === undefined) return false
  return method === 'CONNECT' || (method === 'POST' && known(config.connectConfig, 'connect_config').allowPost)
}
