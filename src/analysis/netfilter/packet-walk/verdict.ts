import {formatIp} from '../../../model/ip-address.js'
import type {Walk, WalkStep} from '../../../model/packet.js'

/** The one-word answer: does the packet go through the sidecar (or ztunnel)? */
export type Verdict =
  | 'captured'
  | 'redirected'
  | 'escapes'
  | 'direct'
  | 'dropped'
  | 'refused'
  | 'loops'
  | 'error'
  | 'insufficient'

/** The last rule that matched and did something to the packet's way: why it went where it went. Undefined when it only fell through lists. */
export function decidingStep(walk: Walk): WalkStep | undefined {
  const steps = walk.steps.filter(step => step.rule > 0)
  const nat = steps.filter(step => step.actions.some(action => DECIDES.has(action.kind)))
  const rewriting = nat.findLast(step =>
    step.actions.some(action => action.kind !== 'return' && action.kind !== 'accept'),
  )
  return rewriting ?? nat.findLast(step => !step.at.includes('raw'))
}

const DECIDES: ReadonlySet<string> = new Set(['redirect', 'dnat', 'tproxy', 'return', 'accept', 'drop', 'reject'])

/** How a rule turned a packet to another socket of the pod. */
export type Turn = 'redirect' | 'dnat' | 'tproxy'

/** Ports proxies take DNS queries or connections on when rules lead to them by DNAT (Istio 1.6 to 1.8: DNS on 15013 and 15053). */
const PROXY_PORTS: ReadonlySet<number> = new Set([15_001, 15_006, 15_008, 15_013, 15_053])

/** Where a turned packet arrives: REDIRECT and TPROXY lead to proxies, DNAT to whoever listens (Docker's DNS on 127.0.0.11). */
export function turnedVerdict(turn: Turn, port: number): 'captured' | 'redirected' {
  return turn === 'dnat' && !PROXY_PORTS.has(port) ? 'redirected' : 'captured'
}

/** The rule that turned the packet last, by what it did. */
export function turnOf({disposition: end, steps}: Pick<Walk, 'disposition' | 'steps'>): Turn | undefined {
  if (end.kind === 'delivered' && end.transparent) return 'tproxy'
  const kinds = steps.flatMap(({actions}) => actions.map(({kind}) => kind))
  return kinds.findLast((kind): kind is 'redirect' | 'dnat' => kind === 'redirect' || kind === 'dnat')
}

/**
 * Sums a walk up. `captured`: a rule turned it to the proxy; `redirected`: to another socket of the pod. `escapes`: it leaves the pod;
 * `direct`: it reaches the asked socket of the pod without the proxy; `loops`: the proxy's own traffic comes back to its outbound port.
 */
export function verdictOf(walk: Walk, options: {fromProxy?: boolean; outboundPort?: number} = {}): Verdict {
  const {disposition: end} = walk
  switch (end.kind) {
    case 'sent':
      return 'escapes'
    case 'delivered': {
      const turn = turnOf(walk)
      if (turn === undefined) return 'direct'
      const loops = options.fromProxy === true && end.port === options.outboundPort
      return loops ? 'loops' : turnedVerdict(turn, end.port)
    }
    default:
      return end.kind
  }
}

/** Where a packet ended, in words. */
export function landingWords(walk: Walk): string {
  const {disposition: end} = walk
  switch (end.kind) {
    case 'delivered':
      return end.transparent
        ? `port ${end.port} of this pod (addresses unchanged)`
        : `${formatIp(end.address)} port ${end.port}, in this pod`
    case 'sent':
      return `${formatIp(end.address)} port ${end.port}, out through ${end.device}`
    case 'refused':
    case 'dropped':
      return end.at === undefined ? end.reason : `${end.at}: ${end.reason}`
    case 'error':
      return `${end.code}: ${end.reason}`
    case 'insufficient':
      return end.reason
  }
}
