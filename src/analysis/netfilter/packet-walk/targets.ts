import {type IpAddress, parseIp} from '../../../model/kernel/ip-address.js'
import type {Action} from '../../../model/kernel/ruleset.js'
import {type Flow, setDestination, setSource} from './flow.js'

const LOCALHOST: Readonly<Record<'ip' | 'ip6', IpAddress>> = {
  ip: {family: 'ip', bits: 0x7f00_0001n},
  ip6: {family: 'ip6', bits: 1n},
}

function change(old: number, value: string, mask: string): number {
  return ((old & ~Number(mask)) ^ Number(value)) >>> 0
}

function firstPort(ports: string | undefined): number | undefined {
  const found = /\d+/.exec(ports ?? '')
  return found === null ? undefined : Number(found[0])
}

/** A rule that rewrites addresses, and where the packet is when it does. */
export type Rewriting =
  | {readonly kind: 'redirect' | 'masquerade'; readonly ports?: string}
  | {readonly kind: 'dnat' | 'snat'; readonly to: string}
export type RewritePlace = Pick<Flow, 'machine' | 'family' | 'hook' | 'inName' | 'outName'>

function ownOn({machine, family}: RewritePlace, name: string): IpAddress | undefined {
  return machine.interfaces.find(each => each.name === name)?.addresses.find(own => own.family === family)
}

/** `10.0.0.1:80`, `10.0.0.1-10.0.0.9:80-90`, `[fd00::1]:80`, `:53`: the first address and port are taken. */
function splitTo(to: string): {address: IpAddress | undefined; port: number | undefined} {
  const found = /^\[?([0-9a-f.:]*?)(?:-[0-9a-f.:]+)?\]?(?::(\d+)(?:-\d+)?)?$/i.exec(to)
  const whole = parseIp(to)
  if (whole !== undefined) return {address: whole, port: undefined}
  return {address: parseIp(found?.[1] ?? ''), port: found?.[2] === undefined ? undefined : Number(found[2])}
}

/**
 * The address and port a target writes, of the destination or the source. REDIRECT: 127.0.0.1 or ::1 for local packets, the primary address of
 * the incoming interface for others (kernel nf_nat_redirect.c, measured).
 */
export function rewrittenTo(
  rewriting: Rewriting,
  place: RewritePlace,
): {readonly address: IpAddress | undefined; readonly port: number | undefined} {
  switch (rewriting.kind) {
    case 'redirect': {
      const incoming = place.hook === 'output' ? undefined : ownOn(place, place.inName)
      return {address: incoming ?? LOCALHOST[place.family], port: firstPort(rewriting.ports)}
    }
    case 'masquerade':
      return {address: ownOn(place, place.outName), port: undefined}
    default:
      return splitTo(rewriting.to)
  }
}

function translate(action: Action, flow: Flow): boolean {
  const {kind} = action
  if (kind !== 'redirect' && kind !== 'masquerade' && kind !== 'dnat' && kind !== 'snat') return false
  const {address, port} = rewrittenTo(action, flow)
  if (kind === 'redirect' || kind === 'dnat') {
    if (address !== undefined) setDestination(flow, address)
    flow.destinationPort = port ?? flow.destinationPort
  } else {
    if (address !== undefined) setSource(flow, address)
    flow.sourcePort = port ?? flow.sourcePort
  }
  flow.natted = true
  return true
}

function tproxy(action: Extract<Action, {kind: 'tproxy'}>, flow: Flow): void {
  const address = action.address === undefined ? undefined : parseIp(action.address)
  flow.tproxy = {port: Number(action.port), address}
  if (action.mark !== undefined) {
    const [value = '0', mask = '0xffffffff'] = action.mark.split('/')
    flow.mark = change(flow.mark, value, mask)
  }
}

/**
 * Carries out what an action does to a packet; true when it also ends the chain. REDIRECT, DNAT, SNAT and MASQUERADE end the pass through
 * the table; marks, zones and logs do not; iptables' TPROXY does, nft's statement continues (nft(8)).
 */
export function applyAction(action: Action, flow: Flow): boolean {
  switch (action.kind) {
    case 'set-mark':
      flow.mark = change(flow.mark, action.value, action.mask)
      return false
    case 'set-connmark':
      flow.connmark = change(flow.connmark, action.value, action.mask)
      return false
    case 'save-mark':
      flow.connmark = ((flow.connmark & ~Number(action.ctmask)) ^ (flow.mark & Number(action.nfmask))) >>> 0
      return false
    case 'restore-mark':
      flow.mark = ((flow.mark & ~Number(action.nfmask)) ^ (flow.connmark & Number(action.ctmask))) >>> 0
      return false
    case 'ct-zone':
      flow.zone ??= action.zone
      return false
    case 'notrack':
      flow.tracked = false
      return false
    case 'tproxy':
      tproxy(action, flow)
      return action.mark !== undefined
    default:
      return translate(action, flow)
  }
}
