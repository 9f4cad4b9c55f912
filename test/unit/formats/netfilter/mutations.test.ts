import {describe, expect, test} from '@jest/globals'
import {compileRules} from '../../../../src/analysis/netfilter/packet-walk/compile.js'
import {standInMachine} from '../../../../src/analysis/netfilter/packet-walk/stand-in.js'
import {walkPacket} from '../../../../src/analysis/netfilter/packet-walk/walk.js'
import {denialIn} from '../../../../src/formats/netfilter/denial.js'
import {parseIpAddresses, parseIpRoutes, parseIpRules} from '../../../../src/formats/netfilter/ip-facts.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {type RulesReading, ruleCount} from '../../../../src/model/ruleset.js'
import {recordedReleases, recordedRulesets} from '../../../support/netfilter-corpus.js'

const MUTATIONS = Number(process.env.MUTATIONS ?? 100_000)

/** A small generator with a fixed seed, so that a failure can be run again (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (((t ^ (t >>> 14)) >>> 0) % 0x7fff_ffff) % below
  }
}

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

function mutate(text: string, random: (below: number) => number): string {
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
function sound(reading: RulesReading): boolean {
  return reading.rulesets.every(set =>
    set.tables.every(table =>
      table.chains.every(chain =>
        chain.rules.every((rule, index) => rule.position === index + 1 && rule.text !== '' && rule.line > 0),
      ),
    ),
  )
}

describe('no input makes a parser fail', () => {
  test(`${MUTATIONS} mutations of recorded texts are read, walked and answered`, () => {
    const random = generator(20_261_120)
    const texts = seeds()
    let rules = 0
    for (let round = 0; round < MUTATIONS; round++) {
      let text = texts[round % texts.length] ?? ''
      for (let times = random(3); times >= 0; times--) text = mutate(text, random)
      const reading = parseRules(text)
      if (!sound(reading)) throw new Error(`round ${round}: ${JSON.stringify(text)}`)
      rules += reading.rulesets.reduce((sum, set) => sum + ruleCount(set), 0)
      if (round % 20 === 0) {
        const packet = {
          protocol: 'tcp',
          destination: {family: 'ip' as const, bits: 0xc633_6407n},
          destinationPort: 80,
          uid: 1000,
          gid: 1000,
        }
        walkPacket(compileRules(reading.rulesets), standInMachine({}, reading.rulesets), packet)
        parseIpAddresses(text)
        parseIpRoutes(text)
        parseIpRules(text)
        denialIn(text)
      }
    }
    expect(rules).toBeGreaterThan(MUTATIONS)
  }, 240_000)

  const MEGABYTE = 1_000_000
  test.each([
    ['one endless word', 'a'.repeat(MEGABYTE)],
    ['an unclosed quote', `*nat\n-A OUTPUT -m comment --comment "${'x '.repeat(MEGABYTE / 2)}`],
    ['nothing but quotes', '"'.repeat(MEGABYTE)],
    ['nothing but negations', `*nat\n-A OUTPUT ${'! '.repeat(MEGABYTE / 2)}`],
    ['a rule of one match repeated', `*nat\n-A OUTPUT ${'-m tcp '.repeat(MEGABYTE / 7)}`],
    ['a rule of unknown options', `*nat\n-A OUTPUT ${'--x y '.repeat(MEGABYTE / 6)}`],
    ['very many tables', '*nat\n'.repeat(MEGABYTE / 5)],
    ['very many named tables', Array.from({length: MEGABYTE / 10}, (_, i) => `*t${i}`).join('\n')],
    ['very many chains', `*nat\n${Array.from({length: MEGABYTE / 20}, (_, i) => `:C${i} - [0:0]`).join('\n')}`],
    [
      'very many rules',
      `*nat\n:OUTPUT ACCEPT [0:0]\n${'-A OUTPUT -p tcp --dport 1 -j RETURN\n'.repeat(MEGABYTE / 36)}`,
    ],
    ['rules put in front', `*nat\n${'-I OUTPUT 1 -j RETURN\n'.repeat(MEGABYTE / 22)}`],
    ['listings that restart', 'Chain X (1 references)\n'.repeat(MEGABYTE / 23)],
    ['listed policies that restart', '-P OUTPUT ACCEPT\n'.repeat(MEGABYTE / 17)],
    [
      'one long -L row',
      `Chain X (1 references)\ntarget prot opt source destination\nRETURN tcp -- anywhere anywhere ${'tcp dpt:1 '.repeat(MEGABYTE / 10)}`,
    ],
    ['nested nft blocks', `table inet t {\n${'set x { '.repeat(MEGABYTE / 8)}`],
    ['an endless nft set', `table inet t {\nchain c {\ntcp dport { ${'1, '.repeat(MEGABYTE / 3)}`],
    ['many nft tables', 'table inet t {\n'.repeat(MEGABYTE / 15)],
    ['deep JSON', `{"nftables": ${'['.repeat(MEGABYTE)}`],
    [
      'deep JSON that closes',
      `{"nftables": [{"rule": {"family": "ip", "table": "t", "chain": "c", "expr": ${'['.repeat(50_000)}${']'.repeat(50_000)}}}]}`,
    ],
    ['blanks', `${' '.repeat(MEGABYTE)}\n`.repeat(2)],
    ['a prompt without end', `${'a/'.repeat(MEGABYTE / 2)}$ iptables`],
    ['shell traces', '+ iptables -t nat -A OUTPUT -j RETURN\n'.repeat(MEGABYTE / 38)],
    [
      'deletions',
      `${'iptables -t nat -A OUTPUT -j RETURN\n'.repeat(2000)}${'iptables -t nat -D OUTPUT -p tcp -j RETURN\n'.repeat(2000)}`,
    ],
    ['dashes', '–'.repeat(MEGABYTE)],
    ['escape codes', '\u001b['.repeat(MEGABYTE / 2)],
    ['timestamps', '2026-11-20T19:17:56Z '.repeat(MEGABYTE / 21)],
  ])('a megabyte of %s is read', (_what, text) => {
    expect(sound(parseRules(text))).toBe(true)
  })
})
