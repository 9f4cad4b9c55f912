import {expect, test} from '@jest/globals'
import {interceptionOf} from '../../../../src/analysis/netfilter/interception/interception.js'
import {createDiagram} from '../../../../src/analysis/netfilter/packet-sets/diagram.js'
import {packetSpace} from '../../../../src/analysis/netfilter/packet-sets/dimensions.js'
import {partValues, partWords} from '../../../../src/analysis/netfilter/packet-sets/region-words.js'
import {withDefaultNetwork} from '../../../../src/analysis/netfilter/packet-walk/default-network.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'

const machine = withDefaultNetwork({}, [])
const space = packetSpace(createDiagram(), 'ip', [], machine)

test.each([
  [[[0, 0]], 'port 0', ['0']],
  [[[0, 25]], 'ports 1-25', ['1-25']],
  [
    [
      [0, 24],
      [26, 65_535],
    ],
    'ports other than 25',
    ['1-24', '26-65535'],
  ],
  [
    [
      [1, 24],
      [26, 65_535],
    ],
    'ports other than 25',
    ['1-24', '26-65535'],
  ],
  [
    [
      [0, 0],
      [80, 80],
    ],
    'port 80',
    ['80'],
  ],
])('ports %j are "%s": port 0 is reserved', (runs, words, values) => {
  const part = {
    dimension: 'destination-port' as const,
    values: runs.map(([from = 0, to = 0]) => ({from: BigInt(from), to: BigInt(to)})),
  }
  expect(partWords(space, part)).toBe(words)
  expect(partValues(space, part)).toEqual(values)
  expect(partWords(space, {...part, dimension: 'source-port'})).toBe(words.replace('port', 'source port'))
})

test('uid 0 is a value like any other', () => {
  expect(partWords(space, {dimension: 'uid', values: [{from: 0n, to: 5n}]})).toBe('uids 0-5')
})

test('the exceptions of a summary do not name port 0', () => {
  const {rulesets} = parseRules(`*nat
:OUTPUT ACCEPT [0:0]
-A OUTPUT -d 10.96.0.0/12 -p tcp -m tcp ! --dport 25 -j RETURN
-A OUTPUT -d 10.4.0.0/16 -p tcp -m tcp --dport :25 -j RETURN
-A OUTPUT -p tcp -j REDIRECT --to-ports 15001
COMMIT
`)
  const found = interceptionOf(rulesets, withDefaultNetwork({}, rulesets), 'ip')
  expect(found?.outbound.exceptions.map(({value}) => value)).toEqual([
    'destination 10.96.0.0/12 ports other than 25',
    'destination 10.4.0.0/16 ports 1-25',
  ])
})
