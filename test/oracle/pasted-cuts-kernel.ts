import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import type {Direction} from '../../src/analysis/netfilter/packet-sets/traffic-outcome.js'
import {parseSockets} from '../../src/formats/sockets/parse.js'
import {socketAddress} from '../../src/model/kernel/socket.js'
import {explainReport} from '../../src/reports/explain/report.js'
import {impliedBy} from '../../src/reports/iptables/drift-report.js'
import {iptablesReport} from '../../src/reports/iptables/report.js'
import {filesSource} from '../../src/sources/files/source.js'
import {PASTED_PIECES} from '../fixtures/pieces/pieces.js'
import {recordedRulesets} from '../support/netfilter-corpus.js'
import {oracleSize} from '../support/oracle-size.js'
import {seeded} from '../support/seeded.js'
import type {Said} from './pasted-cuts.js'
import {mangle} from './pasted-cuts.js'

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

/** Cuts, prefixes and wraps so many texts of each kind: what is then said is part of what the whole text says, or a gap is named. */
export function cutsSayNothingNew(count: number): void {
  describe.each(CUT_KINDS.map(kind => [kind.name, kind] as const))('%s, cut, prefixed, wrapped', (_, kind) => {
    const size = oracleSize('CUTS', {seed: 2026, count})
    test(`say nothing that the whole text does not say, or that something is missing (${size.again})`, async () => {
      const random = seeded(size.seed)
      const wholes = new Map<string, readonly string[]>()
      const wrong: string[] = []
      let asked = 0
      for (let round = 0; round < size.count; round++) {
        const text = kind.texts[random(kind.texts.length)] ?? ''
        const whole = wholes.get(text) ?? (await kind.said(text)).facts
        wholes.set(text, whole)
        const mangled = mangle(text, random)
        const now = await kind.said(mangled.text)
        asked += now.facts.length
        const strange = now.facts.filter(fact => !whole.includes(fact))
        const lost = mangled.whole && whole.some(fact => !now.facts.includes(fact))
        if (lost)
          wrong.push(
            `${mangled.how}: lost ${whole.find(fact => !now.facts.includes(fact))}:\n${mangled.text.slice(0, 300)}`,
          )
        if (strange.length > 0 && (mangled.whole || !now.gap))
          wrong.push(`${mangled.how}: ${strange[0]?.slice(0, 300)}\n${mangled.text.slice(-300)}`)
      }
      expect(asked).toBeGreaterThan(size.count / 4)
      expect(wrong.length === 0 ? [] : [wrong.length, ...wrong.slice(0, 4)]).toEqual([])
    })
  })
}
