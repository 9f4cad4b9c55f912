import {readdirSync, readFileSync} from 'node:fs'
import type {Direction} from '../../src/analysis/netfilter/packet-sets/traffic-outcome.js'
import {parseSockets} from '../../src/formats/sockets/parse.js'
import {socketAddress} from '../../src/model/kernel/socket.js'
import {explainReport} from '../../src/reports/explain/report.js'
import {impliedBy} from '../../src/reports/iptables/drift-report.js'
import {iptablesReport} from '../../src/reports/iptables/report.js'
import {filesSource} from '../../src/sources/files/source.js'
import {PASTED_PIECES} from '../fixtures/pieces/pieces.js'
import {recordedRulesets} from '../support/netfilter-corpus.js'
import type {Said} from './pasted-cuts.js'

/** A kind of text, its recorded specimens, and what a text of it says. */
export interface CutKind {
  readonly name: string
  readonly texts: readonly string[]
  readonly said: (text: string) => Promise<Said>
  /** True where a part of the text may say a part of what the whole says, without a word that something is missing. */
  readonly partIsTrue: boolean
}

function directionWords(name: string, {usual, exceptions, more}: Direction): readonly string[] {
  const outcome = ({verdict, port, to}: Direction['usual']) => `${verdict} ${port ?? ''} ${to ?? ''}`
  if (usual.verdict === 'insufficient') return []
  return [
    `${name}: ${outcome(usual)}; ${exceptions
      .map(each => `${each.value} ${outcome(each)}`)
      .sort()
      .join(', ')}; ${more}`,
  ]
}

async function saidOfRules(text: string): Promise<Said> {
  const source = filesSource([{label: 'text', bytes: Buffer.from(text)}])
  try {
    const report = await iptablesReport(source, impliedBy(source))
    const facts = report.interceptions.flatMap(({family, inbound, outbound, udpOutbound, dns}) => [
      ...directionWords(`${family} in`, inbound),
      ...directionWords(`${family} out`, outbound),
      ...directionWords(`${family} udp`, udpOutbound),
      ...directionWords(`${family} dns`, dns.udp),
    ])
    const gap = report.gaps.length + report.notes.length > 0 || report.excerpt || report.kernel.notes.length > 0
    return {facts, gap}
  } catch {
    return {facts: [], gap: true}
  }
}

async function saidOfSockets(text: string): Promise<Said> {
  const read = parseSockets({bytes: Buffer.from(text)})
  if (!read.ok) return {facts: [], gap: true}
  const facts = read.value.sockets.map(each => `${each.protocol} ${socketAddress(each)} ${each.process ?? ''}`)
  return {facts: [...new Set(facts)], gap: false}
}

/** Of a message without an entry only its writer and level are said. */
const NO_ENTRY = 'that meshctl has no entry for.'

async function saidOfLog(text: string): Promise<Said> {
  try {
    const {lines, notes} = explainReport(() => [], text, !text.endsWith('\n'))
    const facts = lines.map(({writer, means}) => `${writer}: ${means}`).filter(fact => !fact.endsWith(NO_ENTRY))
    return {facts, gap: notes.some(note => /\bcut\b|^not recognised/.test(note))}
  } catch {
    return {facts: [], gap: true}
  }
}

const SOCKETS = 'src/formats/sockets/samples'

/** Rules, sockets and logs as they are recorded. */
export const CUT_KINDS: readonly CutKind[] = [
  {
    name: 'rules',
    texts: Object.values(recordedRulesets()).flatMap(({files}) =>
      ['iptables-save-c.txt', 'iptables-save.txt', 'nft-list-ruleset.txt', 'init.log'].flatMap(
        file => files[file] ?? [],
      ),
    ),
    said: saidOfRules,
    partIsTrue: false,
  },
  {
    name: 'sockets',
    texts: readdirSync(SOCKETS).map(file => readFileSync(`${SOCKETS}/${file}`, 'utf8')),
    said: saidOfSockets,
    partIsTrue: true,
  },
  {
    name: 'logs',
    texts: PASTED_PIECES.filter(({command}) => command === 'explain').map(({text}) => text),
    said: saidOfLog,
    partIsTrue: true,
  },
]
