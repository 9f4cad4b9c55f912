import {
  chainMatchText,
  destinationText,
  type EnvoyListener,
  type FilterChainSummary,
} from '../../model/envoy/envoy-listener.js'
import {objectLabel} from '../../model/kube/pod.js'
import {byText} from '../../model/text/order.js'
import type {Table} from '../../terminal/doc.js'
import {orDash} from '../or-dash.js'
import type {View} from '../view.js'
import type {ListenerReport} from './report.js'

const WIDE_CHAIN = [
  'LISTENER',
  'CHAIN',
  'TLS',
  'SOURCE',
  'FILTERS',
  'HTTP FILTERS',
  'BIND',
  'DIRECTION',
  'ISTIO OBJECT',
]
const WIDE_LISTENER = ['LISTENER', 'CHAINS', 'BIND', 'DIRECTION']

function addresses({address, additional}: EnvoyListener): string {
  return [address, ...additional].join(',')
}

/** How the listener gets its connections: its own port, none (from another listener), or the original destination. */
function bindText(listener: EnvoyListener): string {
  if (listener.internal) return 'internal'
  const bound = listener.bindToPort ? 'port' : 'none'
  return listener.useOriginalDst ? `${bound}, use_original_dst` : bound
}

function filterText(chain: FilterChainSummary): string {
  return chain.filters.map(({name, type}) => (name === '' ? `unknown (${type})` : name)).join(',')
}

function chainCells(listener: EnvoyListener, chain: FilterChainSummary): readonly string[] {
  return [
    orDash(listener.name),
    orDash(chain.name),
    chain.tls,
    orDash(chain.match.sources.join('; ')),
    orDash(filterText(chain)),
    orDash(chain.httpFilters.join(',')),
    bindText(listener),
    orDash(listener.direction),
    chain.madeFrom === undefined ? '-' : objectLabel(chain.madeFrom),
  ]
}

function chainRows(listener: EnvoyListener, wide: boolean): readonly (readonly string[])[] {
  return listener.chains
    .map(chain => ({chain, destination: destinationText(chain.destination)}))
    .sort((a, b) => byText(b.destination, a.destination))
    .map(({chain, destination}) => [
      addresses(listener),
      String(listener.port),
      chainMatchText(chain.match),
      destination,
      ...(wide ? chainCells(listener, chain) : []),
    ])
}

function typeRow(listener: EnvoyListener, wide: boolean): readonly string[] {
  const more = [orDash(listener.name), String(listener.chains.length), bindText(listener), orDash(listener.direction)]
  return [addresses(listener), String(listener.port), listener.type, ...(wide ? more : [])]
}

/** istioctl's listener table: a row per filter chain, or per listener; with `named`, rows start with `listener/NAME`. */
export function listenerTable(
  listeners: readonly EnvoyListener[],
  chains: boolean,
  wide: boolean,
  named: boolean,
): Table {
  const rows = listeners.flatMap(listener => {
    const own = chains ? chainRows(listener, wide) : [typeRow(listener, wide)]
    return named ? own.map(cells => [`listener/${listener.name}`, ...cells]) : own
  })
  const header = [
    ...(named ? ['NAME'] : []),
    'ADDRESSES',
    'PORT',
    ...(chains ? ['MATCH', 'DESTINATION'] : ['TYPE']),
    ...(wide ? (chains ? WIDE_CHAIN : WIDE_LISTENER) : []),
  ]
  return {block: 'table', style: 'columns', padding: 1, header, rows}
}

function waypointRows(listener: EnvoyListener): readonly (readonly string[])[] {
  const full = `envoy://${listener.name}`
  const alone = listener.internal && listener.chains.length === 1 && listener.chains[0]?.name === full
  return listener.chains.flatMap(chain => {
    const found = chain.paths ?? [chainMatchText(chain.match)]
    const matches = found.length === 0 ? ['NONE'] : found
    const destination = destinationText(chain.destination)
    return matches.map(match => [alone ? 'internal' : full, chain.name, match, destination])
  })
}

function waypointTable(listeners: readonly EnvoyListener[]): Table {
  const header = ['LISTENER', 'CHAIN', 'MATCH', 'DESTINATION']
  return {block: 'table', style: 'columns', padding: 1, header, rows: listeners.flatMap(waypointRows)}
}

/** istioctl's listener tables; wide adds chain names, TLS, sources and filters. */
export const listenersView: View<ListenerReport> = {
  doc: (report, form) => [
    report.detail === 'waypoint'
      ? waypointTable(report.listeners)
      : listenerTable(report.listeners, report.detail === 'chains', form === 'wide', false),
  ],
  data: report => report.document(),
  jsonIndent: 4,
  raw: report => report.artifact.bytes,
}
