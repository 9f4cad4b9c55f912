import type {TrafficOutcome} from '../packet-sets/traffic-outcome.js'
import {isUncaptured} from '../packet-walk/verdict.js'
import type {Change, TrafficKind} from './effects.js'

function reaches({verdict, port, to, why}: TrafficOutcome): string {
  switch (verdict) {
    case 'captured':
      return `goes to the proxy (port ${port ?? 'unchanged'})`
    case 'dropped':
    case 'refused':
      return `is ${verdict === 'refused' ? 'rejected' : 'dropped'}`
    case 'insufficient':
      return why === undefined || !why.startsWith('depends') ? `cannot be determined (${why ?? 'unknown'})` : why
    default:
      return to === undefined ? 'bypasses the proxy' : `is sent to ${to}`
  }
}

const NAMES: Readonly<Record<TrafficKind, string>> = {
  inbound: 'inbound TCP',
  'inbound-other': 'other inbound traffic',
  outbound: 'outbound TCP',
  dns: 'DNS traffic',
  'outbound-other': 'outbound traffic other than TCP',
  proxy: "the sidecar's own traffic",
  'proxy-to-self': 'traffic from the sidecar to its own pod',
  'app-to-self': 'traffic from an app to its own pod',
  'app-to-localhost': 'traffic from an app to localhost',
  loopback: 'traffic within the pod',
  special: 'unusual traffic',
}

const LOST: Partial<Record<TrafficKind, string>> = {
  inbound: 'mTLS, AuthorizationPolicy and telemetry do not apply',
  outbound: 'no routing rules, no mTLS, no telemetry',
  dns: 'the agent does not answer: ServiceEntry hosts and names of other clusters do not resolve',
  'proxy-to-self': 'connections from the pod to its own service are not treated as inbound, so policy does not apply',
}

function open({verdict, to}: TrafficOutcome): boolean {
  return isUncaptured(verdict) && to === undefined
}

function effect({traffic, before, after}: Change): string {
  const captured = after.verdict === 'captured'
  if (captured && traffic === 'proxy') return 'is captured: every such connection loops'
  if (before.verdict === 'captured' && open(after)) {
    const lost = LOST[traffic]
    return `bypasses the sidecar${lost === undefined ? '' : `: ${lost}`}`
  }
  if (captured && open(before)) return `${reaches(after)} although it should not be captured`
  const [now, then] = [reaches(after), reaches(before)]
  return now === then ? `still ${now}, by another way through the rules` : `${now} (expected: ${then})`
}

/** The same of an ambient pod: there ztunnel is what a sidecar is elsewhere, and answers DNS. */
export function inAmbientWords(text: string): string {
  return text.replace(/the (sidecar|agent)\b/g, 'ztunnel')
}

/** More sets of packets than these are counted in one line. */
const MOST_LISTED = 12
const RANK = Object.keys(NAMES)
const UNUSUAL: ReadonlySet<TrafficKind> = new Set(['loopback', 'special'])

function line(change: Change, both: boolean): string {
  const which = change.packets === '' ? '' : ` (${change.packets})`
  const family = both && change.family === 'ip6' ? ' (IPv6)' : ''
  return `${NAMES[change.traffic]}${family}${which} ${effect(change)}`
}

/**
 * What changes for traffic, in words, the largest sets of packets first; empty when the path of no packet changes. Unusual packets are summed up where
 * usual ones change too.
 */
export function consequences(changes: readonly Change[]): readonly string[] {
  const both = new Set(changes.map(({family}) => family)).size > 1
  const ordered = changes.toSorted((a, b) => RANK.indexOf(a.traffic) - RANK.indexOf(b.traffic) || b.share - a.share)
  const usual = ordered.filter(({traffic}) => !UNUSUAL.has(traffic))
  const listed = [...new Set((usual.length > 0 ? usual : ordered).map(change => line(change, both)))]
  const more = listed.length - MOST_LISTED
  return [
    ...listed.slice(0, MOST_LISTED),
    ...(more > 0 ? [`and ${more} more sets of packets (-o json lists them)`] : []),
    ...(usual.length > 0 ? unusualLine(ordered.filter(({traffic}) => UNUSUAL.has(traffic))) : []),
  ]
}

/** Which unusual packets change besides the usual ones, by what makes them unusual. */
function unusualLine(changes: readonly Change[]): readonly string[] {
  const kinds = [...new Set(changes.map(({traffic, packets}) => (traffic === 'special' ? packets : 'to loopback')))]
  return kinds.length === 0 ? [] : [`and unusual packets: ${kinds.join('; ')}`]
}
