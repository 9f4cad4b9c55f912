import {answeredFrom, noted} from '../../evidence/provenance.js'
import {decodeListeners} from '../../formats/envoy-config-dump/listeners.js'
import {resourceJson} from '../../formats/envoy-config-dump/proto-json.js'
import type {EnvoyListener} from '../../model/envoy/envoy-listener.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import {loadDump, noneIn, nothingLeft, pendingNotes, requiredSection, unreadNotes} from '../config-dump.js'
import type {Report} from '../report.js'

export interface ListenerQuery {
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly type?: string | undefined
}

/** The table: one row per filter chain, one per listener, or istioctl's `--waypoint` table. */
export type ListenerDetail = 'chains' | 'types' | 'waypoint'

export interface ListenerReport extends Report {
  readonly subject: PodRef
  readonly detail: ListenerDetail
  readonly listeners: readonly EnvoyListener[]
  readonly artifact: Artifact
  readonly document: () => unknown
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function keeps({address, port, type}: ListenerQuery, listener: EnvoyListener): boolean {
  const addresses = [...listener.additional, listener.address]
  return (
    (!address || addresses.some(each => sameText(each, address))) &&
    (!port || listener.port === port) &&
    (!type || sameText(listener.type, type))
  )
}

function byPort(a: EnvoyListener, b: EnvoyListener): number {
  return a.port - b.port || byText(a.address, b.address) || byText(a.type, b.type)
}

function byPortInternalByName(a: EnvoyListener, b: EnvoyListener): number {
  return a.internal && b.internal ? byText(a.name, b.name) : byPort(a, b)
}

/** The listeners of a section that match the filter, in dump order; an empty section is an error. */
function listenersIn(section: unknown, filter: ListenerQuery): readonly EnvoyListener[] {
  const listeners = decodeListeners(section)
  if (listeners.length === 0 && pendingNotes('Listeners', section).length === 0) throw noneIn('Listeners', section)
  return listeners.filter(listener => keeps(filter, listener))
}

/** The same in the order of istioctl's table: port, address, type. */
export function sortedListeners(section: unknown, filter: ListenerQuery): readonly EnvoyListener[] {
  return [...listenersIn(section, filter)].sort(byPort)
}

/** Listeners that have no row in a table of filter chains. */
function withoutChains(listeners: readonly EnvoyListener[]): readonly string[] {
  const bare = listeners.filter(({chains}) => chains.length === 0)
  if (bare.length === 0) return []
  const names = bare.slice(0, 5).map(({name, address, port}) => `${name} (${address}:${port})`)
  const more = bare.length > 5 ? ` and ${bare.length - 5} more` : ''
  return [`no filter chains, so no row: ${names.join(', ')}${more}`]
}

/** The listeners of a pod's Envoy. Filters do not apply to the waypoint table, as in istioctl; the document keeps dump order. */
export async function listenerReport(
  given: Source,
  subject: PodRef,
  filter: ListenerQuery,
  detail: ListenerDetail,
): Promise<ListenerReport> {
  const source = noted(given)
  const {artifact, dump} = await loadDump(source, subject, ['listeners'])
  const section = requiredSection(dump, 'Listeners', source)
  const inOrder = listenersIn(section, detail === 'waypoint' ? {} : filter)
  const all = inOrder.length > 0 ? 0 : decodeListeners(section).length
  const notes = [
    ...pendingNotes('Listeners', section),
    ...unreadNotes('Listeners', [section]),
    ...nothingLeft(inOrder.length, all, 'listeners'),
    ...(detail === 'chains' ? withoutChains(inOrder) : []),
  ]
  const listeners = [...inOrder].sort(detail === 'waypoint' ? byPortInternalByName : byPort)
  const document = () => inOrder.map(listener => resourceJson(listener.json))
  return {
    ...answeredFrom(source),
    gaps: artifact.incomplete ?? [],
    notes,
    subject,
    detail,
    listeners,
    artifact,
    document,
  }
}
