import {formatIp} from '../../../model/kernel/ip-address.js'
import type {Walk, WalkStep} from '../../../model/kernel/packet.js'
import type {Action} from '../../../model/kernel/ruleset.js'
import {chainOwner} from '../chain-owners.js'

/** The one-word answer: does the packet go through the sidecar (or ztunnel)? */
export type PacketVerdict =
  | 'captured'
  | 'redirected'
  | 'escapes'
  | 'direct'
  | 'dropped'
  | 'refused'
  | 'loops'
  | 'error'
  | 'insufficient'

/** Whether no rule turned the packet to another socket or stopped it. */
export function isUncaptured(verdict: PacketVerdict | 'none'): boolean {
  return verdict === 'direct' || verdict === 'escapes'
}

/**
 * Why a packet went where it went: the last rule that matched and did something to its path, or the policy that dropped it (a step with rule 0).
 * Undefined when it only fell through chains.
 */
export function decidingStep(walk: Walk): WalkStep | undefined {
  const {disposition: end} = walk
  const last = walk.steps.at(-1)
  if (end.kind === 'dropped' && last?.rule === 0 && end.at === `${last.at} policy`) return last
  const steps = walk.steps.filter(step => step.rule > 0)
  const nat = steps.filter(step => step.actions.some(action => DECIDES.has(action.kind)))
  const rewriting = nat.findLast(step =>
    step.actions.some(action => action.kind !== 'return' && action.kind !== 'accept'),
  )
  return rewriting ?? nat.findLast(step => !step.at.includes('raw'))
}

/** A step by its place: `ip/nat/OUTPUT rule 2`, or `policy drop of ip/filter/INPUT` for the end of a base chain. */
export function stepPlace({at, rule, text}: Pick<WalkStep, 'at' | 'rule' | 'text'>): string {
  return rule === 0 ? `${text} of ${at}` : `${at} rule ${rule}`
}

const DECIDES: ReadonlySet<string> = new Set(['redirect', 'dnat', 'tproxy', 'return', 'accept', 'drop', 'reject'])

/** How a rule turned a packet to another socket of the pod; `elsewhere` when that is not a proxy's. */
export type Turn = 'redirect' | 'dnat' | 'tproxy' | 'elsewhere'

/** Ports proxies take DNS queries or connections on when rules lead to them by DNAT (Istio 1.6 to 1.8: DNS on 15013 and 15053). */
const PROXY_PORTS: ReadonlySet<string> = new Set(['15001', '15006', '15008', '15013', '15053'])

/** Chains of Docker, KubeVirt or a node lead to programs of their own: what they rewrite is not captured by a proxy. */
function isForProxy(chain: string): boolean {
  const owner = chainOwner(chain.slice(chain.lastIndexOf('/') + 1))
  return owner === undefined || owner.kind === 'mesh'
}

/** How an action of a chain turns packets; undefined for one that does not. DNAT leads to proxies by their ports only (Docker's DNS on 127.0.0.11 is none). */
export function turnBy(action: Action, chain: string): Turn | undefined {
  switch (action.kind) {
    case 'redirect':
      return isForProxy(chain) ? 'redirect' : 'elsewhere'
    case 'dnat':
      return isForProxy(chain) && PROXY_PORTS.has(/:(\d+)$/.exec(action.to)?.[1] ?? '') ? 'dnat' : 'elsewhere'
    default:
      return undefined
  }
}

/** How the walk's packet was turned last. */
export function turnOf({disposition: end, steps}: Pick<Walk, 'disposition' | 'steps'>): Turn | undefined {
  if (end.kind === 'delivered' && end.transparent) return 'tproxy'
  const turns = steps.flatMap(({actions, at}) => actions.map(action => turnBy(action, at)))
  return turns.findLast(turn => turn !== undefined)
}

/**
 * Sums a walk up. `captured`: a rule turned it to the proxy; `redirected`: to another socket of the pod. `escapes`: it leaves the pod;
 * `direct`: it reaches the asked socket of the pod without the proxy; `loops`: the proxy's own traffic comes back to its outbound port.
 */
export function verdictOf(walk: Walk, options: {fromProxy?: boolean; outboundPort?: number} = {}): PacketVerdict {
  const {disposition: end} = walk
  switch (end.kind) {
    case 'sent':
      return 'escapes'
    case 'delivered': {
      const turn = turnOf(walk)
      if (turn === undefined) return 'direct'
      const loops = options.fromProxy === true && end.port === options.outboundPort
      return loops ? 'loops' : turn === 'elsewhere' ? 'redirected' : 'captured'
    }
    default:
      return end.kind
  }
}

/** Where a packet ended, in words. */
export function dispositionText(walk: Walk): string {
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
