import {afterAll, beforeAll, expect} from '@jest/globals'
import {compileRules} from '../../src/analysis/netfilter/packet-walk/compile.js'
import {withDefaultNetwork} from '../../src/analysis/netfilter/packet-walk/default-network.js'
import {walkFlow} from '../../src/analysis/netfilter/packet-walk/flow-walk.js'
import {saveText} from '../../src/analysis/netfilter/rule-words/save-text.js'
import {parseIpAddresses, parseIpRoutes, parseIpRules} from '../../src/formats/netfilter/ip-facts.js'
import {parseRules} from '../../src/formats/netfilter/parse-rules.js'
import {parseIp} from '../../src/model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../src/model/kernel/network-namespace.js'
import type {Walk} from '../../src/model/kernel/packet.js'
import type {Ruleset} from '../../src/model/kernel/ruleset.js'
import {recordedReleases} from '../support/netfilter-corpus.js'
import {buildTopology, canBuildTopology, type NetnsTopology, type Sent, type ToSend} from '../support/netns-topology.js'
import {oracleSize} from '../support/oracle-size.js'
import {PLACES, type Places, PORTS, randomRuleset, USERS} from '../support/random-rules.js'
import {type Random, seeded} from '../support/seeded.js'
import {leafAt, pathsOf} from '../support/set-oracle.js'
import {skipUnless} from '../support/skip-unless.js'

const CAN = canBuildTopology()
const {test: kernelTest} = skipUnless(CAN, 'root and a kernel with network namespaces, iptables and nft')
const PACKETS = 14
const SEED = 2026
const FLUSH = '*raw\nCOMMIT\n*mangle\nCOMMIT\n*nat\nCOMMIT\n*filter\nCOMMIT\n'

let topology: NetnsTopology | undefined

function theTopology(): NetnsTopology {
  if (topology === undefined) throw new Error('there is no topology')
  return topology
}

/** A way rules get into the kernel and out again: iptables in one of its back ends, or nftables as iptables' own translator would have it. */
interface Store {
  readonly name: string
  readonly family: 'ip' | 'ip6'
  readonly load: readonly string[]
  readonly list: readonly string[]
  readonly translate?: readonly string[]
}

function store(program: string): Store {
  return {
    name: program,
    family: program.startsWith('ip6') ? 'ip6' : 'ip',
    load: [`${program}-restore`],
    list: [`${program}-save`, '-c'],
  }
}

const IPTABLES = ['iptables-nft', 'iptables-legacy', 'ip6tables-nft', 'ip6tables-legacy'].map(store)
const STORES: readonly Store[] = [
  ...IPTABLES,
  {
    name: 'nft, as text',
    family: 'ip',
    translate: ['iptables-restore-translate', '-f', '/dev/stdin'],
    load: ['nft', '-f', '-'],
    list: ['nft', 'list', 'ruleset'],
  },
  {
    name: 'nft, as JSON',
    family: 'ip6',
    translate: ['ip6tables-restore-translate', '-f', '/dev/stdin'],
    load: ['nft', '-f', '-'],
    list: ['nft', '-j', 'list', 'ruleset'],
  },
]

function empty(): void {
  for (const each of IPTABLES) load(each, FLUSH)
  theTopology().inPod(['nft', 'flush', 'ruleset'])
}

function translated(argv: readonly string[], text: string): string {
  const {stdout} = theTopology().inPod(argv, text)
  // What cannot be translated comes as a comment: such a rule is left out of the round.
  return stdout
    .split('\n')
    .filter(line => !line.startsWith('#'))
    .join('\n')
}

function load({load: argv, translate}: Store, text: string): string {
  const {status, stderr} = theTopology().inPod(argv, translate === undefined ? text : translated(translate, text))
  return status === 0 ? '' : stderr
}

function saved({list}: Store): string {
  return theTopology().inPod(list).stdout
}

/** iptables-save text without headers, counters, and match modules that are loaded but ask nothing. */
function bare(text: string): string {
  return text
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line =>
      line
        .replace(/^\[\d+:\d+\] /, '')
        .replace(/ \[\d+:\d+\]$/, ' [0:0]')
        .replace(/ -m (tcp|udp)(?= -[mj])/, ''),
    )
    .join('\n')
}

function machineNow(rulesets: readonly Ruleset[]): NetworkNamespace {
  const read = (...argv: string[]) => theTopology().inPod(['ip', ...argv]).stdout
  const facts = {
    interfaces: parseIpAddresses(read('-j', 'addr')),
    routes: parseIpRoutes(read('route', 'show', 'table', 'all')),
    policyRules: parseIpRules(read('rule')),
  }
  const listeners = PORTS.flatMap(port => (['tcp', 'udp'] as const).map(protocol => ({protocol, port})))
  return {...withDefaultNetwork(facts, rulesets), listeners}
}

function randomPacket(random: Random, {own, remotes, loopback}: Places): ToSend {
  const inbound = random(3) === 0
  const addresses = inbound ? [own] : [...remotes, ...remotes, own, loopback]
  const uid = USERS[random(USERS.length)] ?? 0
  return {
    from: inbound ? 'peer' : 'pod',
    protocol: random(6) === 0 ? 'udp' : 'tcp',
    address: addresses[random(addresses.length)] ?? own,
    port: PORTS[random(PORTS.length)] ?? 80,
    uid,
    gid: random(4) === 0 ? (USERS[random(USERS.length)] ?? 0) : uid,
  }
}

function walk(rulesets: readonly Ruleset[], machine: NetworkNamespace, packet: ToSend, {peer}: Places): Walk {
  const destination = parseIp(packet.address)
  const source = parseIp(peer)
  if (destination === undefined || source === undefined) throw new Error('no address')
  const sender = packet.from === 'peer' ? {interface: 'eth0', source} : {uid: packet.uid, gid: packet.gid}
  return walkFlow(compileRules(rulesets), machine, {
    protocol: packet.protocol,
    destination,
    destinationPort: packet.port,
    ...sender,
  })
}

function predicted({disposition: end}: Walk): Sent {
  if (end.kind === 'delivered') return {outcome: 'delivered', landed: `pod:${end.port}`}
  if (end.kind === 'sent') return {outcome: 'delivered', landed: `peer:${end.port}`}
  return {outcome: end.kind === 'refused' ? 'refused' : 'timeout'}
}

/** What the sets of all packets say of one packet. */
function inSets({paths, table, diagram}: ReturnType<typeof pathsOf>, packet: ToSend, {peer}: Places): Sent {
  const {space} = paths
  const destination = parseIp(packet.address)
  const source = parseIp(peer)
  if (destination === undefined || source === undefined) throw new Error('no address')
  const arrives = packet.from === 'peer'
  const point = {
    protocol: space.protocols.indexOf(packet.protocol),
    destination: destination.bits,
    'destination-port': packet.port,
    owner: arrives ? 0 : 1,
    uid: arrives ? 0 : packet.uid,
    gid: arrives ? 0 : packet.gid,
    source: arrives ? source.bits : 0n,
    'source-port': 0,
    'in-interface': 0,
    'out-interface': 0,
    'ct-state': 0,
    mark: 0,
    connmark: 0,
  }
  const node = arrives ? paths.inbound('eth0') : paths.outbound()
  const outcome = table.outcome(leafAt(diagram, space, node, point))
  if (outcome.kind !== 'delivered' && outcome.kind !== 'sent')
    return {outcome: outcome.kind === 'refused' ? 'refused' : 'timeout'}
  const port = outcome.port === 'asked' ? packet.port : outcome.port
  return {outcome: 'delivered', landed: `${outcome.kind === 'sent' ? 'peer' : 'pod'}:${port}`}
}

/** A UDP sender cannot be relied on to hear that it was refused. */
function heard({protocol}: ToSend, sent: Sent): Sent {
  return protocol === 'udp' && sent.outcome === 'refused' ? {outcome: 'timeout'} : sent
}

type Hits = ReadonlyMap<string, number>

function natCounters(text: string): Hits {
  const nat = parseRules(text).rulesets.flatMap(set => set.tables.filter(({name}) => name === 'nat'))
  return new Map(
    nat.flatMap(({chains}) =>
      chains.flatMap(({name, rules}) =>
        rules.map(rule => [`${name} ${rule.position}`, rule.counters?.packets ?? 0] as const),
      ),
    ),
  )
}

function moved(before: Hits, after: Hits): readonly string[] {
  return [...after].flatMap(([rule, packets]) => (packets > (before.get(rule) ?? 0) ? [rule] : [])).sort()
}

function natRules({steps}: Walk): readonly string[] {
  const rules = steps
    .filter(({at, rule}) => rule > 0 && /^ip6?\/nat\//.test(at))
    .map(({at, rule}) => `${at.replace(/^ip6?\/nat\//, '')} ${rule}`)
  return [...new Set(rules)].sort()
}

/** Builds the topology before the tests of a file, and takes it away after them. */
function inTopology(): void {
  beforeAll(async () => {
    if (CAN) topology = await buildTopology()
  }, 60_000)
  afterAll(async () => {
    await topology?.close()
  }, 60_000)
}

/** How much is asked of the kernel: random rulesets with real packets, and random rulesets saved and loaded again by each program. */
export interface KernelRun {
  readonly rulesets: number
  readonly texts: number
}

/** Tests that compare the packet walk, and the text we write, with the kernel; KERNEL_SEED and KERNEL_SHARE choose other rulesets and more or fewer. */
export function kernelTests(usual: KernelRun): void {
  const size = oracleSize('KERNEL', {seed: SEED, count: usual.rulesets})
  const {count: texts} = oracleSize('KERNEL', {seed: SEED, count: usual.texts})
  inTopology()

  kernelTest.each(IPTABLES.map(each => [each.name, each] as const))(
    '%s: saved, read, written by us, loaded and saved again, the rules are the same text',
    (_name, program) => {
      const places = PLACES[program.family]
      const version = program.family === 'ip' ? 'v4' : 'v6'
      const random = seeded(size.seed + 1)
      const saves = [
        ...Array.from({length: texts}, () => randomRuleset(random, 60, places)),
        ...Object.entries(recordedReleases().restore)
          .flatMap(([name, text]) =>
            name.endsWith(`default.${version}`) || name.endsWith(`tproxy.${version}`) ? [text] : [],
          )
          .slice(0, texts),
      ]
      let rules = 0
      for (const text of saves) {
        load(program, FLUSH)
        expect(load(program, text)).toBe('')
        const first = saved(program)
        const [ruleset] = parseRules(first).rulesets
        if (ruleset === undefined) throw new Error('nothing was read')
        load(program, FLUSH)
        expect(load(program, saveText(ruleset))).toBe('')
        expect(bare(saved(program))).toBe(bare(first))
        rules += bare(first)
          .split('\n')
          .filter(line => line.startsWith('-A')).length
      }
      load(program, FLUSH)
      expect(rules).toBeGreaterThan(texts * 40)
    },
  )

  kernelTest(
    `${size.count} random rulesets, ${size.count * PACKETS} real packets: each lands where the walk and the sets say, by the nat rules it says (${size.again})`,
    async () => {
      const random = seeded(size.seed)
      const wrong: string[] = []
      const outcomes = new Map<string, number>()
      let rules = 0
      for (let round = 0; round < size.count; round++) {
        const program = STORES[round % STORES.length] as Store
        const places = PLACES[program.family]
        const text = randomRuleset(random, 50, places)
        empty()
        expect(load(program, text)).toBe('')
        const {rulesets} = parseRules(saved(program))
        rules += text.split('\n').filter(line => line.startsWith('-A')).length
        const machine = machineNow(rulesets)
        const sets = pathsOf(rulesets, machine, program.family)
        for (let count = 0; count < PACKETS; count++) {
          const packet = randomPacket(random, places)
          const found = walk(rulesets, machine, packet, places)
          const said = heard(packet, predicted(found))
          const bySets = heard(packet, inSets(sets, packet, places))
          if (JSON.stringify(bySets) !== JSON.stringify(said))
            wrong.push(
              `round ${round} ${JSON.stringify(packet)}: the sets say ${JSON.stringify(bySets)}, the walk ${JSON.stringify(said)}`,
            )
          let last = ''
          // Sent again once: a sender's port may be one that connection tracking still remembers, and then nat is not asked.
          for (let tries = 0; tries < 2; tries++) {
            const before = natCounters(saved(program))
            const really = heard(packet, await theTopology().send(packet))
            const hits = moved(before, natCounters(saved(program)))
            outcomes.set(really.outcome, (outcomes.get(really.outcome) ?? 0) + 1)
            const same = JSON.stringify(said) === JSON.stringify(really) && natRules(found).join() === hits.join()
            last = same
              ? ''
              : `round ${round} (${program.name}) ${JSON.stringify(packet)}: said ${JSON.stringify(said)} by ${natRules(found)}; really ${JSON.stringify(really)} by ${hits}`
            if (same) break
          }
          if (last !== '') wrong.push(last)
        }
      }
      expect(wrong).toEqual([])
      expect(rules).toBeGreaterThan(size.count * 40)
      expect(outcomes.get('delivered') ?? 0).toBeGreaterThan(size.count * 5)
    },
    Math.max(60_000, size.count * 6000),
  )
}

/** Rules that were recorded in a pod. */
export interface RecordedRules {
  readonly name: string
  /** The program they were saved with; `nft` for a listing of nftables. */
  readonly program: string
  readonly text: string
}

/** The routing istio-cni adds in an ambient pod: what carries the mark of ztunnel's connections is delivered locally. */
function ambientRouting(verb: 'add' | 'del'): void {
  for (const family of ['-4', '-6']) {
    theTopology().inPod(['ip', family, 'rule', verb, 'fwmark', '0x111/0xfff', 'lookup', '100', 'pref', '32764'])
    theTopology().inPod(['ip', family, 'route', verb, 'local', 'default', 'dev', 'lo', 'table', '100'])
  }
}

/** Loads recorded rules of ambient pods into the kernel and sends packets: each lands where the walk and the sets say. */
export function recordedKernelTests(recorded: () => readonly RecordedRules[], count: number): void {
  inTopology()

  kernelTest(
    'real packets through recorded rules land where the walk and the sets say',
    async () => {
      const wrong: string[] = []
      const all = recorded()
      ambientRouting('add')
      for (const {name, program, text} of all) {
        const native = program === 'nft'
        const family = program.startsWith('ip6') ? 'ip6' : 'ip'
        const {own, peer, loopback, remotes} = PLACES[family]
        const kept = native ? {load: ['nft', '-f', '-'], list: ['nft', 'list', 'ruleset']} : store(program)
        empty()
        expect([name, load({...kept, name: program, family}, text)]).toEqual([name, ''])
        const {rulesets} = parseRules(saved({...kept, name: program, family}))
        const machine = machineNow(rulesets)
        const sets = pathsOf(rulesets, machine, family)
        const out = [remotes[0] ?? peer, own, loopback].flatMap(address =>
          ([80, 15_001] as const).map(port => ({from: 'pod', address, port}) as const),
        )
        const into = ([80, 15_006, 15_001] as const).map(port => ({from: 'peer', address: own, port}) as const)
        for (const each of [...out, ...into, {from: 'pod', address: remotes[0] ?? peer, port: 53} as const])
          for (const protocol of each.port === 53 ? (['udp', 'tcp'] as const) : (['tcp'] as const)) {
            const packet: ToSend = {...each, protocol, uid: 1000, gid: 1000}
            if (packet.port === 53) {
              // Nothing answers DNS here: the rules that count the packet tell where it goes.
              const before = natCounters(saved({...kept, name: program, family}))
              await theTopology().send(packet)
              const hits = moved(before, natCounters(saved({...kept, name: program, family})))
              const by = natRules(walk(rulesets, machine, packet, PLACES[family]))
              if (!native && by.join() !== hits.join())
                wrong.push(`${name} ${program} ${protocol} 53: walk by ${by}, kernel by ${hits}`)
              continue
            }
            const said = heard(packet, predicted(walk(rulesets, machine, packet, PLACES[family])))
            const bySets = heard(packet, inSets(sets, packet, PLACES[family]))
            const really = heard(packet, await theTopology().send(packet))
            if (JSON.stringify([said, bySets]) !== JSON.stringify([really, really]))
              wrong.push(
                `${name} ${program} ${JSON.stringify(packet)}: walk ${JSON.stringify(said)}, sets ${JSON.stringify(bySets)}, kernel ${JSON.stringify(really)}`,
              )
          }
      }
      empty()
      ambientRouting('del')
      expect(wrong).toEqual([])
      expect(all.length).toBe(count)
    },
    180_000,
  )
}
