import {numberOf, textOf, textsOf} from '../formats/decode.js'
import type {Message} from './rbac/strings.js'

const TLS_INSPECTOR = 'envoy.filters.listener.tls_inspector'
const HTTP_INSPECTOR = 'envoy.filters.listener.http_inspector'

/** The filter that reads the server name of TLS, for a listener that chooses by it alone. */
export const READS_SNI: Message = {
  name: TLS_INSPECTOR,
  typed_config: {'@type': 'type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector'},
}

interface Needs {
  readonly tls: boolean
  readonly http: boolean
}

/** What each port's chains need looked at before one can be chosen; port 0 stands for all others. */
function needsOf(chains: readonly Message[]): ReadonlyMap<number, Needs> {
  const needs = new Map<number, Needs>()
  for (const chain of chains) {
    const match = chain.filter_chain_match
    const port = numberOf(match, 'destination_port') ?? 0
    const known = needs.get(port) ?? {tls: false, http: false}
    const plain = textsOf(match, 'application_protocols').some(each => each === 'http/1.1' || each === 'h2c')
    needs.set(port, {
      tls: known.tls || textOf(match, 'transport_protocol') === 'tls',
      http: known.http || plain,
    })
  }
  return needs
}

function range(port: number): Message {
  return {destination_port_range: {start: port, end: port + 1}}
}

function anyPort(ports: readonly number[]): Message {
  const [first = 0, second, ...rest] = ports.map(range)
  if (second === undefined) return typeof first === 'number' ? {} : first
  return {or_match: {rules: [first, second, ...rest]}}
}

/** The ports a filter is switched off for: those that do not need it, or all but those that do. */
function disabled(needs: ReadonlyMap<number, Needs>, what: keyof Needs): Message {
  const ports = [...needs].filter(([port]) => port !== 0)
  const byDefault = needs.get(0)?.[what] ?? false
  const others = ports.filter(([, each]) => each[what] !== byDefault).map(([port]) => port)
  if (byDefault) return others.length === 0 ? {} : {filter_disabled: anyPort(others)}
  return {filter_disabled: {not_match: anyPort(others)}}
}

function filter(name: string, type: string, needs: ReadonlyMap<number, Needs>, what: keyof Needs): readonly Message[] {
  if (![...needs.values()].some(each => each[what])) return []
  return [
    {
      name,
      typed_config: {'@type': `type.googleapis.com/envoy.extensions.filters.listener.${type}`},
      ...disabled(needs, what),
    },
  ]
}

/** The listener filters of an inbound listener with these chains: inspectors run where a chain needs what they find. */
export function inboundListenerFilters(before: readonly Message[], chains: readonly Message[]): readonly Message[] {
  const needs = needsOf(chains)
  const kept = before.filter(each => each.name !== TLS_INSPECTOR && each.name !== HTTP_INSPECTOR)
  return [
    ...kept,
    ...filter(TLS_INSPECTOR, 'tls_inspector.v3.TlsInspector', needs, 'tls'),
    ...filter(HTTP_INSPECTOR, 'http_inspector.v3.HttpInspector', needs, 'http'),
  ]
}
