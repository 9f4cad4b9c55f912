import {describe, expect, test} from '@jest/globals'
import {ruleSet} from '../../../../src/analysis/netfilter/packet-sets/condition-sets.js'
import {createDiagram, type Node} from '../../../../src/analysis/netfilter/packet-sets/diagram.js'
import {packetSpace} from '../../../../src/analysis/netfilter/packet-sets/dimensions.js'
import {ruleRun} from '../../../../src/analysis/netfilter/packet-sets/rule-runs.js'
import {withDefaultNetwork} from '../../../../src/analysis/netfilter/packet-walk/default-network.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {everyRule} from '../../../../src/model/kernel/ruleset.js'
import {oracleSize} from '../../../support/oracle-size.js'
import {type Random, seeded} from '../../../support/seeded.js'

/** A rule of ranges, of a kind that makes boxes; ranges overlap, repeat, touch the ends, and some hold no packet. */
function randomRule(random: Random): string {
  const port = () => [0, 1, 79, 80, 81, 1024, 8080, 65_534, 65_535][random(9)] ?? 0
  const range = () => (random(2) === 0 ? String(port()) : `${port()}:${port()}`)
  const ports = () =>
    random(3) === 0 ? `-m multiport --dports ${range()},${range()},${range()}` : `--dport ${range()}`
  const address = () =>
    `${[10, 10, 127, 192][random(4)]}.${random(3)}.0.${random(2)}/${[0, 8, 15, 16, 24, 31, 32][random(7)]}`
  const protocol = ['tcp', 'tcp', 'udp', 'icmp'][random(4)] ?? 'tcp'
  const parts = [
    random(2) === 0 ? `-d ${address()}` : '',
    random(4) === 0 ? `-s ${address()}` : '',
    random(5) > 0
      ? `-p ${protocol}${protocol === 'icmp' ? '' : ` -m ${protocol} ${random(4) > 0 ? ports() : ''}`}`
      : '',
    random(5) === 0 ? `-m owner --uid-owner ${random(3) === 0 ? '1000-2000' : 1337}` : '',
    random(6) === 0 ? '-m owner --gid-owner 1337' : '',
  ]
  return `-A OUTPUT ${parts.filter(part => part !== '').join(' ')} -j RETURN`
}

describe('a run of rules is the function that its rules make one by one', () => {
  const {seed, count, again} = oracleSize('RUNS', {seed: 12, count: 150})
  test(`of ${count} random runs, before what tests earlier and later properties (${again})`, () => {
    const random = seeded(seed)
    let boxes = 0
    for (let turn = 0; turn < count; turn++) {
      const text = `*nat\n:OUTPUT ACCEPT [0:0]\n${Array.from({length: 1 + random(12)}, () => randomRule(random)).join('\n')}\nCOMMIT\n`
      const {rulesets} = parseRules(text)
      const machine = withDefaultNetwork({}, rulesets)
      const diagram = createDiagram()
      const space = packetSpace(diagram, 'ip', rulesets, machine)
      const context = {space, own: []}
      const rules = everyRule(rulesets).map(({rule}) => rule)
      const last = diagram.leaf(100)
      const after = rules.reduce<Node>((rest, each, index) => {
        return random(4) === 0 ? diagram.choose(ruleSet(context, each).packets, diagram.leaf(200 + index), rest) : rest
      }, last)
      const run = ruleRun(space)
      const taken = rules.filter((each, index) => run.add(each, diagram.leaf(10 + index)))
      boxes += taken.length
      const oneByOne = rules.reduceRight<Node>(
        (rest, each, index) =>
          taken.includes(each) ? diagram.choose(ruleSet(context, each).packets, diagram.leaf(10 + index), rest) : rest,
        after,
      )
      expect([text, run.function(after, () => {})]).toEqual([text, oneByOne])
    }
    expect(boxes).toBeGreaterThan(count)
  })
})
