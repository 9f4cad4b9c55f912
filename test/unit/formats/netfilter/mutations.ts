import {expect, test} from '@jest/globals'
import {compileRules} from '../../../../src/analysis/netfilter/packet-walk/compile.js'
import {withDefaultNetwork} from '../../../../src/analysis/netfilter/packet-walk/default-network.js'
import {walkPacket} from '../../../../src/analysis/netfilter/packet-walk/walk.js'
import {denialIn} from '../../../../src/formats/netfilter/denial.js'
import {parseIpAddresses, parseIpRoutes, parseIpRules} from '../../../../src/formats/netfilter/ip-facts.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {type RulesReading, ruleCount} from '../../../../src/model/kernel/ruleset.js'
import {recordedReleases, recordedRulesets} from '../../../support/netfilter-corpus.js'
import {oracleSize} from '../../../support/oracle-size.js'
import {type Random, seeded} from '../../../support/seeded.js'

const PIECES = [
  '!',
  '-m',
  '-j',
  '"',
  "'",
  '\\',
  '*nat',
  'COMMIT',
  '{',
  '}',
  '[0:0]',
  ':',
  '-A',
  '--dport',
  '0x',
  '/',
  '\0',
  '\u001b[31m',
  '......',
  'Chain X (1 references)',
  'table inet t {',
  '-g',
  '…',
  '–',
  '\r',
  '\t',
  '999999999999',
  '-c',
  '::/0',
  'xt match',
  '`',
  '$x',
]

function mutate(text: string, random: Random): string {
  const at = random(text.length + 1)
  const length = random(40)
  const piece = PIECES[random(PIECES.length)] ?? ''
  switch (random(6)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + text.slice(at + length)
    case 2:
      return text.slice(0, at) + piece + text.slice(at)
    case 3:
      return text.slice(0, at) + String.fromCharCode(random(0x2100)) + text.slice(at + 1)
    case 4:
      return text.slice(at) + text.slice(0, at)
    default:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at)
  }
}

function seeds(): readonly string[] {
  const names = ['r01-default', 'r38-drop-invalid', 'e13-shell', 'a07-ambient-nft-dns', 'r40-groups-include']
  const texts = names.flatMap(name => Object.values(recordedRulesets()[name]?.files ?? {}))
  const restores = Object.values(recordedReleases().restore).slice(0, 20)
  return [...texts, ...restores].filter(text => text !== '' && text.length < 6000)
}

/** The promises that hold for any input: positions count from 1, and nothing of a rule is without its text. */
export function isSound(reading: RulesReading): boolean {
  return reading.rulesets.every(set =>
    set.tables.every(table =>
      table.chains.every(chain =>
        chain.rules.every((rule, index) => rule.position === index + 1 && rule.text !== '' && rule.line > 0),
      ),
    ),
  )
}

/** Reads, walks and answers `usual` random mutations of recorded texts; MUTATIONS_SEED and MUTATIONS_SHARE choose others, and more or fewer. */
export function mutationTest(usual: number): void {
  const size = oracleSize('MUTATIONS', {seed: 20_261_120, count: usual})
  test(`${size.count} mutations of recorded texts are read, walked and answered (${size.again})`, () => {
    const random = seeded(size.seed)
    const texts = seeds()
    let rules = 0
    for (let round = 0; round < size.count; round++) {
      let text = texts[round % texts.length] ?? ''
      for (let times = random(3); times >= 0; times--) text = mutate(text, random)
      const reading = parseRules(text)
      if (!isSound(reading)) throw new Error(`round ${round}: ${JSON.stringify(text)}`)
      rules += reading.rulesets.reduce((sum, set) => sum + ruleCount(set), 0)
      if (round % 20 === 0) {
        const packet = {
          protocol: 'tcp',
          destination: {family: 'ip' as const, bits: 0xc633_6407n},
          destinationPort: 80,
          uid: 1000,
          gid: 1000,
        }
        walkPacket(compileRules(reading.rulesets), withDefaultNetwork({}, reading.rulesets), packet)
        parseIpAddresses(text)
        parseIpRoutes(text)
        parseIpRules(text)
        denialIn(text)
      }
    }
    expect(rules).toBeGreaterThan(size.count)
  }, 240_000)
}
