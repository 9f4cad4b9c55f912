import {definedFields} from '../../../model/collections/defined-fields.js'
import type {Action, Hook} from '../../../model/kernel/ruleset.js'
import {type Turn, turnBy} from '../packet-walk/verdict.js'

/** A mark as a function of the packet's earlier marks: (mark & own) ^ (connmark & other) ^ fixed, 32 bits each. Every target that sets marks yields this form again. */
export interface MarkForm {
  readonly mark: number
  readonly connmark: number
  readonly fixed: number
}

/** The address rewrite of a rule; resolved once the packet's interface is known. */
export type Rewrite =
  | {readonly kind: 'redirect'; readonly ports?: string; readonly turn: Turn | undefined}
  | {readonly kind: 'dnat'; readonly to: string; readonly turn: Turn | undefined}
  | {readonly kind: 'snat'; readonly to: string}
  | {readonly kind: 'masquerade'}

/** The changes rules made to a packet: everything targets can change. */
export interface Transform {
  readonly mark: MarkForm
  readonly connmark: MarkForm
  readonly untracked: boolean
  readonly tproxy?: {readonly port: string; readonly address?: string}
  readonly rewrite?: Rewrite
}

const KEPT_MARK: MarkForm = {mark: 0xffff_ffff, connmark: 0, fixed: 0}
const KEPT_CONNMARK: MarkForm = {mark: 0, connmark: 0xffff_ffff, fixed: 0}

/** No change. */
export const UNCHANGED: Transform = {mark: KEPT_MARK, connmark: KEPT_CONNMARK, untracked: false}

/** True when two forms give the same mark for every packet. */
function sameForm(a: MarkForm, b: MarkForm): boolean {
  return a.mark === b.mark && a.connmark === b.connmark && a.fixed === b.fixed
}

/** True when the packet's mark is unchanged. */
export function keepsMark({mark}: Transform): boolean {
  return sameForm(mark, KEPT_MARK)
}

/** True when no property that later rules of a chain can test was changed. */
export function keepsPacket(transform: Transform): boolean {
  return keepsMark(transform) && sameForm(transform.connmark, KEPT_CONNMARK) && !transform.untracked
}

function xor(a: MarkForm, b: MarkForm): MarkForm {
  return {
    mark: (a.mark ^ b.mark) >>> 0,
    connmark: (a.connmark ^ b.connmark) >>> 0,
    fixed: (a.fixed ^ b.fixed) >>> 0,
  }
}

function masked(form: MarkForm, mask: number): MarkForm {
  return {
    mark: (form.mark & mask) >>> 0,
    connmark: (form.connmark & mask) >>> 0,
    fixed: (form.fixed & mask) >>> 0,
  }
}

function constant(fixed: number): MarkForm {
  return {mark: 0, connmark: 0, fixed: fixed >>> 0}
}

function substituted(form: MarkForm, {mark, connmark}: Transform): MarkForm {
  return xor(xor(masked(mark, form.mark), masked(connmark, form.connmark)), constant(form.fixed))
}

/** The composition: first one, then the other. */
export function then(first: Transform, second: Transform): Transform {
  if (first === UNCHANGED) return second
  if (second === UNCHANGED) return first
  const tproxy = second.tproxy ?? first.tproxy
  const rewrite = second.rewrite ?? first.rewrite
  return {
    mark: substituted(second.mark, first),
    connmark: substituted(second.connmark, first),
    untracked: first.untracked || second.untracked,
    ...definedFields({tproxy, rewrite}),
  }
}

function set(form: MarkForm, value: string, mask: string): MarkForm {
  return xor(masked(form, ~Number(mask)), constant(Number(value)))
}

/** The change an action makes to a packet; undefined for jumps and verdicts. */
export function transformOf(action: Action, chain: string): Transform | undefined {
  const {mark, connmark} = UNCHANGED
  switch (action.kind) {
    case 'set-mark':
      return {...UNCHANGED, mark: set(mark, action.value, action.mask)}
    case 'set-connmark':
      return {...UNCHANGED, connmark: set(connmark, action.value, action.mask)}
    case 'save-mark':
      return {
        ...UNCHANGED,
        connmark: xor(masked(connmark, ~Number(action.ctmask)), masked(mark, Number(action.nfmask))),
      }
    case 'restore-mark':
      return {...UNCHANGED, mark: xor(masked(mark, ~Number(action.nfmask)), masked(connmark, Number(action.ctmask)))}
    case 'notrack':
      return {...UNCHANGED, untracked: true}
    case 'tproxy': {
      const {port, address} = action
      const [value = '0', mask = '0xffffffff'] = (action.mark ?? '0/0').split('/')
      return {
        ...UNCHANGED,
        tproxy: {port, ...definedFields({address})},
        mark: set(UNCHANGED.mark, value, mask),
      }
    }
    case 'redirect':
      return {
        ...UNCHANGED,
        rewrite: {
          kind: 'redirect',
          turn: turnBy(action, chain),
          ...definedFields({ports: action.ports}),
        },
      }
    case 'dnat':
      return {...UNCHANGED, rewrite: {kind: 'dnat', to: action.to, turn: turnBy(action, chain)}}
    case 'snat':
      return {...UNCHANGED, rewrite: {kind: 'snat', to: action.to}}
    case 'masquerade':
      return {...UNCHANGED, rewrite: {kind: 'masquerade'}}
    case 'ct-zone':
    case 'log':
      return UNCHANGED
    default:
      return undefined
  }
}

/** True when the action also ends the traversal of the table, as in `applyAction` of the packet walk. */
export function endsTable(action: Action): boolean {
  switch (action.kind) {
    case 'redirect':
    case 'dnat':
    case 'snat':
    case 'masquerade':
      return true
    case 'tproxy':
      return action.mark !== undefined
    default:
      return false
  }
}

/** True for the hooks where destinations are rewritten; at the others it is sources. */
export function rewritesDestination(hook: Hook): boolean {
  return hook === 'prerouting' || hook === 'output'
}
