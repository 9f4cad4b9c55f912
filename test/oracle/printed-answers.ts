import {expect, test} from '@jest/globals'
import {ruleWarnings} from '../../src/analysis/netfilter/interception/dead-rules.js'
import {type Interception, interceptionOf} from '../../src/analysis/netfilter/interception/interception.js'
import {compileRules} from '../../src/analysis/netfilter/packet-walk/compile.js'
import {withDefaultNetwork} from '../../src/analysis/netfilter/packet-walk/default-network.js'
import {verdictOf} from '../../src/analysis/netfilter/packet-walk/verdict.js'
import {walkPacket} from '../../src/analysis/netfilter/packet-walk/walk.js'
import {parseRules} from '../../src/formats/netfilter/parse-rules.js'
import {formatIp, isLoopback} from '../../src/model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../src/model/kernel/network-namespace.js'
import type {Packet, Walk} from '../../src/model/kernel/packet.js'
import type {IpFamily, Ruleset} from '../../src/model/kernel/ruleset.js'
import {impliedBy} from '../../src/reports/iptables/drift-report.js'
import {summaryFields} from '../../src/reports/iptables/summary.js'
import {matrixReport} from '../../src/reports/packet/matrix-report.js'
import {matrixView} from '../../src/reports/packet/matrix-view.js'
import {filesSource} from '../../src/sources/files/source.js'
import type {Cell} from '../../src/terminal/doc.js'
import {actualRulesets, recordedRulesets} from '../support/netfilter-corpus.js'
import {oracleSize} from '../support/oracle-size.js'
import {isInSet, type PrintedAnswer, printedFor, readAnswer, readSets} from '../support/printed-answers.js'
import {PLACES, randomRuleset} from '../support/random-rules.js'
import {type Random, seeded} from '../support/seeded.js'
import {cornerPoint, packetAt, pathsOf} from '../support/set-oracle.js'

/** How many random rulesets of each family are asked about, and how many packets of each kind. */
export interface PrintedRun {
  readonly rulesets: number
  readonly packets: number
  /** Each how many-th recorded ruleset is asked about. */
  readonly recorded: number
}

const DNS = 53

function text(cells: readonly Cell[]): string {
  return cells.map(cell => (typeof cell === 'string' ? cell : cell.text)).join('')
}

/** What the headline says of TCP in, TCP out and UDP out. */
function headline(interception: Interception): Readonly<Record<'inbound' | 'tcp' | 'udp', PrintedAnswer>> {
  const fields = new Map(summaryFields(interception).map(([label, cells]) => [label, text(cells)]))
  const inbound = fields.get('Inbound') ?? ''
  const [tcp = '', udp = ''] = (fields.get('Outbound') ?? '').split(/; UDP /)
  const open = udp === 'is not captured'
  return {
    inbound: readAnswer(inbound.replace(/^TCP /, '')),
    tcp: readAnswer(tcp.replace(/^TCP /, '')),
    udp: open ? {usual: 'bypasses the proxy', groups: [], cut: false} : readAnswer(udp),
  }
}

/** Whether a walk ended where words of the headline say. */
function agrees(words: string, walk: Walk, packet: Packet): boolean {
  const {disposition: end} = walk
  const verdict = verdictOf(walk)
  const landed = end.kind === 'delivered' || end.kind === 'sent' ? end : undefined
  const proxied = /^goes to the proxy \(port (\d+)\)$/.exec(words)
  if (proxied !== null) return verdict === 'captured' && landed?.port === Number(proxied[1])
  if (words === 'bypasses the proxy')
    return (
      (verdict === 'escapes' || verdict === 'direct') &&
      landed?.port === packet.destinationPort &&
      landed.address.bits === packet.destination.bits
    )
  const moved = /^is (?:sent|redirected) to (?:port (\d+) of the pod|(\[[^\]]+\]|[^:]+)(?::(\d+))?)$/.exec(words)
  if (moved !== null) {
    if (landed === undefined || verdict === 'captured') return false
    const [, ownPort, host, port = ownPort] = moved
    return (
      (port === undefined || landed.port === Number(port)) &&
      (host === undefined || formatIp(landed.address) === host.replace(/[[\]]/g, ''))
    )
  }
  const stopped = /^is (dropped|rejected)(?: \((.*)\))?$/.exec(words)
  if (stopped !== null) {
    if (end.kind !== (stopped[1] === 'rejected' ? 'refused' : 'dropped')) return false
    const at = / rule \d+$/.test(stopped[2] ?? '') ? stopped[2] : undefined
    return at === undefined || end.at === at
  }
  if (/^(depends|cannot be determined)/.test(words)) return end.kind === 'insufficient'
  throw new Error(`cannot read "${words}"`)
}

function show(packet: Packet): string {
  return JSON.stringify(packet, (_, value: unknown) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value))
}

function ended(walk: Walk): string {
  const {disposition: end} = walk
  return end.kind === 'delivered' || end.kind === 'sent'
    ? `${verdictOf(walk)} ${formatIp(end.address)} ${end.port}`
    : `${end.kind} ${'at' in end ? (end.at ?? '') : ''}`
}

/** First packets of the kinds that the headline speaks of, at the corners of the rules. */
function firstPackets(
  rulesets: readonly Ruleset[],
  machine: NetworkNamespace,
  family: IpFamily,
  random: Random,
  many: number,
) {
  const {paths, diagram} = pathsOf(rulesets, machine, family)
  const own = machine.interfaces.flatMap(each => each.addresses).filter(each => each.family === family)
  const [self] = own.filter(each => !isLoopback(each))
  if (self === undefined) throw new Error('the pod has no address')
  const isOwn = (bits: bigint) => own.some(each => each.bits === bits) || isLoopback({family, bits})
  const point = (node: number, protocol: string) => ({
    ...cornerPoint(diagram, paths.space, node, random),
    protocol: paths.space.protocols.indexOf(protocol),
    owner: 1,
    'ct-state': 0,
    mark: 0,
    connmark: 0,
  })
  const arriving = Array.from({length: many}, () => point(paths.inbound('eth0'), 'tcp'))
    .filter(each => !isOwn(each.source) && each['destination-port'] > 0)
    .map(each => packetAt(paths.space, {...each, destination: self.bits}, {device: 'eth0'}))
  const leaving = (['tcp', 'udp'] as const).flatMap(protocol =>
    Array.from({length: many}, () => point(paths.outbound(), protocol))
      .filter(each => !isOwn(each.destination) && each['destination-port'] > 0)
      .map(each => packetAt(paths.space, each, {})),
  )
  return {arriving, leaving}
}

interface Found {
  readonly wrong: readonly string[]
  readonly asked: number
}

/** The headline as printed against the walk of packets. */
function headlineContradictions(rulesets: readonly Ruleset[], family: IpFamily, random: Random, many: number): Found {
  const machine = withDefaultNetwork({}, rulesets)
  const interception = interceptionOf(rulesets, machine, family)
  if (interception === undefined) return {wrong: [], asked: 0}
  const said = headline(interception)
  const rules = compileRules(rulesets)
  const {arriving, leaving} = firstPackets(rulesets, machine, family, random, many)
  const wrong: string[] = []
  let asked = 0
  const compare = (answer: PrintedAnswer, packet: Packet): void => {
    const walk = walkPacket(rules, machine, packet)
    const [words, ...others] = printedFor(answer, packet, interception.proxy)
    if (words === undefined) return
    asked++
    if (others.length > 0) wrong.push(`${words} and also ${others.join()}: ${show(packet)}`)
    else if (!agrees(words, walk, packet))
      wrong.push(`printed "${words}", the walk ends ${ended(walk)}: ${show(packet)}`)
  }
  for (const packet of arriving) {
    // Who asks for a port of the proxy and gets there does not bypass it: the headline does not speak of them.
    const walk = walkPacket(rules, machine, packet)
    if (verdictOf(walk) === 'direct' && redirectPorts(rulesets).has(packet.destinationPort)) continue
    compare(said.inbound, packet)
  }
  for (const packet of leaving) {
    if (packet.destinationPort === DNS) continue
    compare(packet.protocol === 'tcp' ? said.tcp : said.udp, packet)
  }
  return {wrong, asked}
}

function redirectPorts(rulesets: readonly Ruleset[]): ReadonlySet<number> {
  const rules = rulesets.flatMap(({tables}) => tables.flatMap(({chains}) => chains.flatMap(each => each.rules)))
  return new Set(
    rules.flatMap(({actions}) =>
      actions.flatMap(action =>
        action.kind === 'redirect' ? [Number(action.ports)] : action.kind === 'tproxy' ? [Number(action.port)] : [],
      ),
    ),
  )
}

/** Rows of the matrix as printed: the label, the packets, and what the cell of the first sender says. */
async function matrixRows(source: string, family: IpFamily) {
  const rules = filesSource([{label: 'rules', bytes: Buffer.from(source)}])
  const report = await matrixReport(rules, impliedBy(rules), family)
  return matrixView.doc(report, 'table').flatMap(block => {
    if (block.block !== 'table') return []
    return block.rows.map(([traffic, app]) => {
      const [label = '', ...rest] = text([traffic ?? '']).split(', ')
      return {label, where: rest.join(', '), cell: text([app ?? ''])}
    })
  })
}

function cellAgrees(cell: string, walk: Walk, packet: Packet): boolean {
  const proxied = /^proxy :(\d+)$/.exec(cell)
  if (proxied !== null) return agrees(`goes to the proxy (port ${proxied[1]})`, walk, packet)
  if (cell === 'bypass') return agrees('bypasses the proxy', walk, packet)
  if (cell.startsWith('to ')) return agrees(`is sent ${cell}`, walk, packet)
  if (cell === 'dropped' || cell === 'refused') return walk.disposition.kind === cell
  if (cell === 'redirected') return verdictOf(walk) === 'redirected'
  if (cell === 'unknown') return walk.disposition.kind === 'insufficient'
  throw new Error(`cannot read "${cell}"`)
}

const KNOWN_PORTS: ReadonlySet<number> = new Set([15_020, 15_021, 15_090, 15_008, 15_006, 15_001])

function labelOf({interface: device, protocol, destinationPort}: Packet): string {
  if (device !== undefined) return KNOWN_PORTS.has(destinationPort) ? String(destinationPort) : 'app ports (TCP)'
  if (destinationPort === DNS) return `DNS (${protocol} 53)`
  return protocol === 'tcp' ? 'other services (TCP)' : 'other UDP'
}

/** The matrix as printed, for the app's packets and those that arrive, against the walk. */
async function matrixContradictions(source: string, family: IpFamily, random: Random, many: number): Promise<Found> {
  const {rulesets} = parseRules(source)
  const machine = withDefaultNetwork({}, rulesets)
  const rows = await matrixRows(source, family)
  const rules = compileRules(rulesets)
  const {arriving, leaving} = firstPackets(rulesets, machine, family, random, many)
  const wrong: string[] = []
  let asked = 0
  for (const each of [...arriving, ...leaving]) {
    const packet = each.interface === undefined ? {...each, uid: 1000, gid: 1000} : each
    const own = rows.filter(({label}) => label.split(' ')[0] === labelOf(packet) || label === labelOf(packet))
    const parts = own.filter(({where}) => where !== '' && !/^\d.* more sets? of packets$/.test(where))
    const cut = own.length - parts.length > 1
    const matching = parts.filter(({where}) => readSets(where).sets.some(set => isInSet(set, packet)))
    const cells = new Set(matching.map(({cell}) => cell))
    const bare = own.find(({where}) => where === '')
    const cell = matching[0]?.cell ?? bare?.cell
    if (cut || cell === undefined) continue
    asked++
    const walk = walkPacket(rules, machine, packet)
    if (cells.size > 1) wrong.push(`${[...cells].join(' and ')}: ${show(packet)}`)
    else if (!cellAgrees(cell, walk, packet))
      wrong.push(`the matrix says ${cell}, the walk ends ${ended(walk)}: ${show(packet)}`)
  }
  return {wrong, asked}
}

/** Rules printed as never matching, against every rule that some walk met. */
function deadRuleContradictions(rulesets: readonly Ruleset[], family: IpFamily, random: Random, many: number): Found {
  const machine = withDefaultNetwork({}, rulesets)
  const dead = new Set(
    ruleWarnings(rulesets, machine, [family])
      .filter(({what}) => what === 'This rule can never match.')
      .map(({rule}) => /^(.* rule \d+):/.exec(rule ?? '')?.[1] ?? ''),
  )
  if (dead.size === 0) return {wrong: [], asked: 0}
  const {paths, diagram} = pathsOf(rulesets, machine, family)
  const rules = compileRules(rulesets)
  const wrong: string[] = []
  const ways = [
    {how: {}, node: paths.outbound()},
    {how: {bound: true}, node: paths.outboundBound()},
    {how: {device: 'eth0'}, node: paths.inbound('eth0')},
  ]
  for (const {how, node} of ways)
    for (let index = 0; index < many; index++) {
      const packet = packetAt(paths.space, cornerPoint(diagram, paths.space, node, random), how)
      for (const {at, rule} of walkPacket(rules, machine, packet).steps)
        if (dead.has(`${at} rule ${rule}`)) wrong.push(`${at} rule ${rule} is said to be dead: ${show(packet)}`)
    }
  return {wrong, asked: dead.size}
}

function randomText(random: Random, family: IpFamily): string {
  const header = `# Generated by ip${family === 'ip' ? '' : '6'}tables-save v1.8.9 (nf_tables) on Fri Nov 20 19:17:45 2026\n`
  return header + randomRuleset(random, 6 + random(30), PLACES[family])
}

/** Tests that read what is printed and walk packets through the rules; PRINTED_SEED and PRINTED_SHARE choose others and more or fewer. */
export function printedAnswerTests(usual: PrintedRun): void {
  const {seed, count, again} = oracleSize('PRINTED', {seed: 2026, count: usual.rulesets})

  const everyFamily = async (ask: (text: string, family: IpFamily, random: Random) => Found | Promise<Found>) => {
    const random = seeded(seed)
    let asked = 0
    for (let round = 0; round < count; round++)
      for (const family of ['ip', 'ip6'] as const) {
        const rules = randomText(random, family)
        const found = await ask(rules, family, random)
        asked += found.asked
        if (found.wrong.length > 0)
          throw new Error(`round ${round} ${family}\n${rules}\n${found.wrong.slice(0, 3).join('\n')}`)
      }
    return asked
  }

  test(`the headline of random rulesets is what the walk says of each packet (${again})`, async () => {
    const asked = await everyFamily((rules, family, random) =>
      headlineContradictions(parseRules(rules).rulesets, family, random, usual.packets),
    )
    expect(asked).toBeGreaterThan(count * usual.packets)
  })

  test(`the matrix of random rulesets is what the walk says of each packet (${again})`, async () => {
    const asked = await everyFamily((rules, family, random) =>
      matrixContradictions(rules, family, random, usual.packets),
    )
    expect(asked).toBeGreaterThan(count * usual.packets)
  })

  test(`no packet meets a rule of random rulesets that is said to never match (${again})`, async () => {
    const asked = await everyFamily((rules, family, random) =>
      deadRuleContradictions(parseRules(rules).rulesets, family, random, usual.packets * 4),
    )
    expect(asked).toBeGreaterThan(count / 2)
  })

  test(`the headline of recorded rulesets is what the walk says of each packet (${again})`, () => {
    const random = seeded(seed)
    let asked = 0
    const records = Object.entries(recordedRulesets()).filter((_, index) => index % usual.recorded === 0)
    for (const [name, record] of records)
      for (const family of ['ip', 'ip6'] as const) {
        const found = headlineContradictions(actualRulesets(record), family, random, usual.packets)
        asked += found.asked
        expect([name, ...found.wrong.slice(0, 3)]).toEqual([name])
      }
    expect(asked).toBeGreaterThan(records.length * usual.packets)
  })
}
