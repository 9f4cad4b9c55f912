import {formatIp} from '../../../model/ip-address.js'
import type {Walk, WalkStep} from '../../../model/packet.js'
import {chainOwner} from '../chain-owners.js'

/** The one-word answer: does the packet go through the sidecar (or ztunnel)? */
export type Verdict = 'captured' | 'escapes' | 'direct' | 'dropped' | 'refused' | 'loops' | 'error' | 'insufficient'

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

/** Chains of Docker, KubeVirt or a node lead to programs of their own: what they rewrite is not captured by a proxy. */
function isForProxy({at}: WalkStep): boolean {
  const owner = chainOwner(at.slice(at.lastIndexOf('/') + 1))
  return owner === undefined || owner.kind === 'mesh'
}

function turned(walk: Walk): boolean {
  const {disposition: end, steps} = walk
  if (end.kind !== 'delivered') return false
  const rewriting = steps.filter(step =>
    step.actions.some(action => action.kind === 'redirect' || action.kind === 'dnat'),
  )
  return end.transparent || rewriting.some(isForProxy)
}

/**
 * Sums a walk up. `captured`: a rule turned it to another socket of the pod. `escapes`: it leaves the pod as it was;
 * `direct`: it reaches the asked socket of the pod without the proxy; `loops`: the proxy's own traffic comes back to its outbound port.
 */
export function verdictOf(walk: Walk, options: {fromProxy?: boolean; outboundPort?: number} = {}): Verdict {
  const {disposition: end} = walk
  switch (end.kind) {
    case 'sent':
      return 'escapes'
    case 'delivered':
      if (!turned(walk)) return 'direct'
      return options.fromProxy === true && end.port === options.outboundPort ? 'loops' : 'captured'
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
