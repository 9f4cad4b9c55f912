import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {rulesetWarningsOf} from '../../../../src/analysis/netfilter/interception/ruleset-warnings.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import type {Rule} from '../../../../src/model/kernel/ruleset.js'
import {ruleCount} from '../../../../src/model/kernel/ruleset.js'

const recorded = (name: string) => readFileSync(`test/fixtures/netfilter/lookups/list-ruleset.${name}`, 'utf8')
const rulesOf = (text: string, chain = 'c') =>
  parseRules(text).rulesets.flatMap(({tables}) =>
    tables.flatMap(({chains}) => chains.filter(({name}) => name === chain).flatMap(({rules}) => rules)),
  )
const asked = ({conditions, actions}: Rule) => [
  ...conditions.map(({field, negated, values}) => `${negated ? '!' : ''}${field}=${values.join(',')}`),
  ...actions.map(action => Object.values(action).join(' ')),
]

/** What the rules of the recorded listing ask and do by nft(8): one list for each element of a map or set of tuples. */
const EXPECTED: readonly (readonly [number, readonly (readonly string[])[]])[] = [
  [
    1,
    [
      ['destination=10.0.0.2', 'protocol=udp', 'destination-port=53', 'accept'],
      ['destination=10.0.0.1', 'protocol=tcp', 'destination-port=80', 'accept'],
    ],
  ],
  [2, [['destination=10.0.0.0/8', 'protocol=tcp', 'destination-port=80:90', 'accept']]],
  [
    3,
    [
      ['destination=10.96.0.2', 'protocol=tcp', 'destination-port=80', 'jump b'],
      ['destination=10.96.0.1', 'protocol=tcp', 'destination-port=443', 'goto b'],
    ],
  ],
  [5, [['dynamic=ip daddr . tcp dport != { 10.0.0.1 . 80 }', 'accept']]],
  [7, [['dynamic=numgen random mod 2 is 0', 'goto b'], ['accept']]],
  [
    8,
    [
      ['protocol=tcp', 'dynamic=numgen random mod 2 is 0', 'dnat 10.244.0.10:9898'],
      ['protocol=tcp', 'dnat 10.244.0.8:9898'],
    ],
  ],
  [9, [['protocol=tcp', 'destination-port=80', 'dnat 10.0.0.1:8080']]],
  [
    12,
    [
      ['protocol=tcp', 'destination-port=80', 'redirect 8080'],
      ['protocol=tcp', 'destination-port=443', 'redirect 8443'],
    ],
  ],
  [13, [['ct-state=ESTABLISHED', 'accept']]],
  [14, [['ct-state=ESTABLISHED,RELATED', 'accept']]],
]

describe.each(['txt', 'json'])('maps and sets of tuples that nft listed, %s', form => {
  const rules = rulesOf(recorded(form))

  test.each(EXPECTED)('rule %i', (position, expected) => {
    expect(rules.filter(rule => rule.position === position).map(asked)).toEqual(expected)
  })

  test('a rule with a map counts once', () => {
    const [set] = parseRules(recorded(form)).rulesets
    expect(set === undefined ? 0 : ruleCount(set)).toBe(24)
    expect(rules.at(-1)?.position).toBe(23)
  })

  test('every rule is understood', () => {
    const warnings = rulesetWarningsOf(parseRules(recorded(form)).rulesets, [])
    expect(warnings.filter(({id}) => id === 'not-understood').map(({rule}) => rule)).toEqual([])
    expect(rules.flatMap(({conditions}) => conditions.filter(({field}) => field === 'opaque'))).toEqual([])
  })
})

describe('what a map leaves open', () => {
  const chain = (rule: string, more = '') =>
    `table ip t {\n${more}\n chain c {\n type filter hook output priority 0; policy accept;\n ${rule}\n }\n}\n`

  test.each([
    ['its elements are not in the text', 'ip daddr . tcp dport vmap @m'],
    ['an element is not understood', 'ip daddr vmap { 10.0.0.1 : synproxy }'],
    ['a chain could change what it is looked up by', 'meta mark . tcp dport vmap { 0x1 . 80 : jump d }'],
    ['a tuple has too few parts', 'ip daddr . tcp dport vmap { 10.0.0.1 : accept }'],
  ])('%s: nothing is decided', (_, rule) => {
    const [read, ...others] = rulesOf(chain(rule))
    expect(others).toEqual([])
    expect(read?.conditions.map(({field}) => field)).toEqual(['dynamic'])
    expect(read?.actions.map(({kind}) => kind)).toEqual(['opaque'])
  })

  test('what follows a rejection is not a part of it', () => {
    expect(rulesOf(chain('ip daddr 10.0.0.1 reject with icmp port-unreachable comment "no ports"')).map(asked)).toEqual(
      [['destination=10.0.0.1', 'reject icmp port-unreachable']],
    )
  })
})
