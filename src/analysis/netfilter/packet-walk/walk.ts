import {formatIp, type IpAddress, isLoopback} from '../../../model/kernel/ip-address.js'
import {isOwnAddress, type KernelListener, type NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import type {Disposition, Packet, Walk} from '../../../model/kernel/packet.js'
import type {Hook, Rule} from '../../../model/kernel/ruleset.js'
import {basesAt, type CompiledChain, type CompiledRules} from './compile.js'
import {type BaseVerdict, runBase, type Trail, unshown} from './evaluate.js'
import {type Flow, setSource} from './flow.js'
import {chooseSource, type RouteDecision, route} from './routing.js'
import {applyAction} from './targets.js'

const MAX_FORKS = 32

function newFlow(packet: Packet, machine: NetworkNamespace, source: IpAddress, owner: Flow['owner']): Flow {
  const {family} = packet.destination
  return {
    family,
    protocol: packet.protocol,
    source,
    source4: family === 'ip' ? Number(source.bits) : Number.NaN,
    destination: packet.destination,
    destination4: family === 'ip' ? Number(packet.destination.bits) : Number.NaN,
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
    inName: packet.interface ?? '',
    outName: '',
    mark: packet.mark ?? 0,
    connmark: packet.connmark ?? 0,
    tracked: true,
    zone: undefined,
    state: packet.state ?? 'NEW',
    owner,
    tproxy: undefined,
    destinationDone: false,
    sourceDone: false,
    natted: false,
    hook: packet.interface === undefined ? 'output' : 'prerouting',
    machine,
  }
}

/** Nat chains see a connection once per direction: destination at PREROUTING or OUTPUT, source at INPUT or POSTROUTING; never untracked packets. */
function skipsNat(chain: CompiledChain, flow: Flow): boolean {
  if (chain.chain.kind !== 'nat') return false
  if (!flow.tracked || flow.state !== 'NEW') return true
  return flow.hook === 'prerouting' || flow.hook === 'output' ? flow.destinationDone : flow.sourceDone
}

/** Runs every base chain of a hook by priority; a nat rewrite ends the nat chains of that hook, whatever back end they are in. */
function runHook(hook: Hook, rules: CompiledRules, flow: Flow, trail: Trail): BaseVerdict {
  flow.hook = hook
  for (const base of basesAt(rules, hook, flow.family)) {
    if (skipsNat(base, flow)) continue
    const before = flow.natted
    flow.natted = false
    const verdict = runBase(base, flow, trail, applyAction)
    const rewrote = flow.natted
    flow.natted = before || rewrote
    if (verdict.kind !== 'accept') return verdict
    if (rewrote) markDone(hook, flow)
  }
  markDone(hook, flow)
  return {kind: 'accept'}
}

function markDone(hook: Hook, flow: Flow): void {
  if (hook === 'prerouting' || hook === 'output') flow.destinationDone = true
  else if (hook === 'input' || hook === 'postrouting') flow.sourceDone = true
}

function stopped(verdict: BaseVerdict): Disposition | undefined {
  if (verdict.kind === 'accept') return undefined
  if (verdict.kind === 'unknown') return {kind: 'insufficient', reason: verdict.reason}
  return {kind: verdict.kind === 'drop' ? 'dropped' : 'refused', reason: verdict.reason, at: verdict.at}
}

function hears(listener: KernelListener, flow: Flow, address: IpAddress, port: number): boolean {
  if (listener.protocol !== flow.protocol || listener.port !== port) return false
  if (listener.address !== undefined)
    return listener.address.family === address.family && listener.address.bits === address.bits
  return listener.family === undefined || listener.family === address.family
}

/** Hands the packet to the socket that TPROXY chose, or the one that listens on its destination. */
function deliver(flow: Flow): Disposition {
  const {listeners} = flow.machine
  const port = flow.tproxy?.port ?? flow.destinationPort
  const heard =
    listeners === undefined ||
    listeners.some(
      each =>
        hears(each, flow, flow.destination, port) ||
        (flow.tproxy !== undefined && hears(each, flow, flow.tproxy.address ?? flow.destination, port)),
    )
  if (heard) return {kind: 'delivered', address: flow.destination, port, transparent: flow.tproxy !== undefined}
  if (flow.tproxy !== undefined) return {kind: 'dropped', reason: `TPROXY drops it: nothing listens on port ${port}`}
  return {kind: 'refused', reason: `nothing listens on ${formatIp(flow.destination)} port ${port}`}
}

function receive(rules: CompiledRules, flow: Flow, trail: Trail): Disposition {
  return stopped(runHook('input', rules, flow, trail)) ?? deliver(flow)
}

/** From PREROUTING on: deliver here, or forward when the machine does that. */
function arrive(rules: CompiledRules, flow: Flow, trail: Trail): Disposition {
  const stop = stopped(runHook('prerouting', rules, flow, trail))
  if (stop !== undefined) return stop
  const decision = route(flow.machine, flow.destination, flow.mark)
  if (decision.kind === 'local') return receive(rules, flow, trail)
  if (decision.kind === 'none') return {kind: 'dropped', reason: `no route to ${formatIp(flow.destination)}`}
  if (!flow.machine.forwarding || isLoopback(flow.source))
    return {kind: 'dropped', reason: 'the address is not one of this pod, which does not forward'}
  flow.outName = decision.device
  return stopped(runHook('forward', rules, flow, trail)) ?? leave(rules, flow, trail, decision)
}

function leave(rules: CompiledRules, flow: Flow, trail: Trail, decision: RouteDecision): Disposition {
  const stop = stopped(runHook('postrouting', rules, flow, trail))
  if (stop !== undefined) return stop
  if (decision.device !== 'lo' && isLoopback(flow.source)) {
    return {kind: 'dropped', reason: `its source ${formatIp(flow.source)} may not appear outside the pod`}
  }
  if (decision.device !== 'lo')
    return {kind: 'sent', device: decision.device, address: flow.destination, port: flow.destinationPort}
  if (++trail.laps > 3) return {kind: 'dropped', reason: 'routing loop through lo'}
  flow.inName = 'lo'
  flow.outName = ''
  flow.owner = undefined
  return arrive(rules, flow, trail)
}

/** A packet of a local process: first route, OUTPUT, a second route when mark or destination changed, POSTROUTING, and back in when it stays. */
function depart(rules: CompiledRules, flow: Flow, trail: Trail, first: RouteDecision): Disposition {
  flow.outName = first.device
  const before = {mark: flow.mark, destination: flow.destination}
  const stop = stopped(runHook('output', rules, flow, trail))
  if (stop !== undefined) return stop
  const changed = before.mark !== flow.mark || before.destination !== flow.destination
  const decision = changed ? route(flow.machine, flow.destination, flow.mark) : first
  if (decision.kind === 'none') return {kind: 'dropped', reason: `no route to ${formatIp(flow.destination)}`}
  flow.outName = decision.device
  return leave(rules, flow, trail, decision)
}

interface Run {
  readonly walk: Walk
  readonly open: Trail['open']
}

function finish(packet: Packet, flow: Flow | undefined, trail: Trail, disposition: Disposition): Run {
  const walk: Walk = {
    steps: trail.steps,
    disposition,
    asked: {address: packet.destination, port: packet.destinationPort},
    source: flow?.source,
    rewritten: flow?.natted ?? false,
    mark: flow?.mark ?? 0,
    connmark: flow?.connmark ?? 0,
    notes: [],
  }
  return {walk, open: trail.open}
}

function runOnce(
  rules: CompiledRules,
  machine: NetworkNamespace,
  packet: Packet,
  assumed: ReadonlyMap<Rule, boolean>,
): Run {
  const trail: Trail = {steps: [], assumed, open: undefined, hops: 0, laps: 0}
  const error = (code: string, reason: string) => finish(packet, undefined, trail, {kind: 'error', code, reason})
  if (packet.interface !== undefined) {
    const source = packet.source ?? {
      family: packet.destination.family,
      bits: packet.destination.family === 'ip' ? 0xcb00_7163n : (0x2001_0db8n << 96n) | 99n,
    }
    const flow = newFlow(packet, machine, source, undefined)
    return finish(packet, flow, trail, arrive(rules, flow, trail))
  }
  const bound = packet.source
  if (bound !== undefined && packet.transparent !== true && !isOwnAddress(machine, bound)) {
    return error('EADDRNOTAVAIL', `${formatIp(bound)} is not an address of this pod`)
  }
  const first = route(machine, packet.destination, packet.mark ?? 0)
  const lost =
    first.byMark && first.kind === 'local' && bound === undefined && !isOwnAddress(machine, packet.destination)
  if (first.kind === 'none' || lost)
    return error('ENETUNREACH', lost ? "the socket's mark selects a routing table that has no route" : 'no route')
  const source = bound ?? chooseSource(machine, packet.destination, first)
  if (source === undefined) return error('ENETUNREACH', `no address of that family on ${first.device}`)
  const owner = packet.uid === undefined ? undefined : {uid: packet.uid, gid: packet.gid ?? packet.uid}
  const flow = newFlow(packet, machine, source, owner)
  if (bound !== undefined) setSource(flow, bound)
  return finish(packet, flow, trail, depart(rules, flow, trail, first))
}

function landing(walk: Walk): string {
  const {disposition: end} = walk
  if (end.kind === 'delivered' || end.kind === 'sent') return `${end.kind} ${formatIp(end.address)} ${end.port}`
  return end.kind === 'insufficient' ? `insufficient ${end.reason}` : end.kind
}

/**
 * The path of a new connection's first packet through the namespace, as the kernel takes it: hooks in order, tables by priority, nat only where
 * it applies, marks and routes, the loopback re-entry. Where a rule cannot be decided from the text, both ways are tried: the answer stands if
 * they end alike, else it is `insufficient` and names the rule.
 */
export function walkPacket(rules: CompiledRules, machine: NetworkNamespace, packet: Packet): Walk {
  if (rules.undecided !== undefined) {
    const nothing: Trail = {steps: [], assumed: new Map(), open: undefined, hops: 0, laps: 0}
    return finish(packet, undefined, nothing, {kind: 'insufficient', reason: rules.undecided}).walk
  }
  const first = runOnce(rules, machine, packet, new Map())
  if (first.open === undefined) return first.walk
  const pending: Map<Rule, boolean>[] = [new Map([[first.open.rule, true]]), new Map([[first.open.rule, false]])]
  const {rule, at, because} = first.open
  const reason =
    because ??
    unshown(rule, at) ??
    `it depends on something the rules do not tell: ${at} rule ${rule.position}: ${rule.text}`
  for (let forks = 0; pending.length > 0; forks++) {
    const assumed = pending.pop() ?? new Map<Rule, boolean>()
    const run = runOnce(rules, machine, packet, assumed)
    if (landing(run.walk) !== landing(first.walk)) return {...first.walk, disposition: {kind: 'insufficient', reason}}
    if (forks >= MAX_FORKS) {
      const gaveUp = `${reason}; it is not the only one, and the walk was given up after ${MAX_FORKS} combinations`
      return {...first.walk, disposition: {kind: 'insufficient', reason: gaveUp}}
    }
    if (run.open !== undefined)
      pending.push(new Map(assumed).set(run.open.rule, true), new Map(assumed).set(run.open.rule, false))
  }
  return {
    ...first.walk,
    notes: [
      because === undefined
        ? `${at} rule ${rule.position} cannot be decided from the text, but both outcomes are the same`
        : `${because}, but the outcome is the same whatever they are`,
    ],
  }
}
