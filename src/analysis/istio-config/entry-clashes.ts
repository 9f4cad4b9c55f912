import type {ServiceEntryConfig} from '../../model/istio-config/traffic.js'
import {visibleScopes} from './host-names.js'

/** A port of a host with several protocols. */
export interface ProtocolClash {
  readonly host: string
  readonly port: number
  readonly entries: readonly ServiceEntryConfig[]
  readonly protocols: ReadonlySet<string>
}

interface Use {
  readonly entry: ServiceEntryConfig
  readonly protocol: string
  readonly scopes: readonly string[]
}

/** The ServiceEntries that some client sees together with others of the same host and port but another protocol, each with its first clash. */
export function protocolClashes(
  entries: readonly ServiceEntryConfig[],
): ReadonlyMap<ServiceEntryConfig, ProtocolClash> {
  const byPort = new Map<string, {readonly host: string; readonly port: number; readonly uses: Use[]}>()
  for (const entry of entries) {
    const scopes = visibleScopes(entry.exportTo, entry.object.ref.namespace)
    for (const host of entry.hosts) {
      for (const {number, protocol} of entry.ports) {
        const key = `${host}:${number}`
        const group = byPort.get(key) ?? {host, port: number, uses: []}
        group.uses.push({entry, protocol, scopes})
        byPort.set(key, group)
      }
    }
  }
  const found = new Map<ServiceEntryConfig, ProtocolClash>()
  for (const {host, port, uses} of byPort.values()) {
    if (uses.length < 2) continue
    for (const scope of new Set(uses.flatMap(({scopes}) => scopes))) {
      const seen = uses.filter(({scopes}) => scopes.includes(scope) || scopes.includes('*'))
      const protocols = new Set(seen.map(({protocol}) => protocol))
      if (protocols.size < 2) continue
      const together = [...new Set(seen.map(({entry}) => entry))]
      for (const entry of together) if (!found.has(entry)) found.set(entry, {host, port, entries: together, protocols})
    }
  }
  return found
}
