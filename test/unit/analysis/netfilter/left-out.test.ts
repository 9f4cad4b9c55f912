import {describe, expect, test} from '@jest/globals'
import {interceptionOf} from '../../../../src/analysis/netfilter/interception/interception.js'
import {askPaths, type PodPaths} from '../../../../src/analysis/netfilter/interception/pod-paths.js'
import {directionOf} from '../../../../src/analysis/netfilter/packet-sets/answers.js'
import {whereOutcome} from '../../../../src/analysis/netfilter/packet-sets/diagram.js'
import {outcomeVerdict} from '../../../../src/analysis/netfilter/packet-sets/outcomes.js'
import {regionsOf} from '../../../../src/analysis/netfilter/packet-sets/regions.js'
import {outboundTraffic, outsideOf} from '../../../../src/analysis/netfilter/packet-sets/traffic.js'
import {withDefaultNetwork} from '../../../../src/analysis/netfilter/packet-walk/default-network.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {summaryFields} from '../../../../src/reports/iptables/summary.js'

/** Rules with as many exceptions as asked for, each an address and a port of its own, and one of another outcome that is smaller than all. */
function rulesWith(count: number) {
  const returns = Array.from(
    {length: count},
    (_, index) =>
      `-A OUTPUT -d 10.${index >> 8}.${index & 255}.0/24 -p tcp -m tcp --dport ${1_000 + index * 3}:${1_001 + index * 3} -j RETURN`,
  )
  return parseRules(`*nat
:OUTPUT ACCEPT [0:0]
-A OUTPUT -d 192.0.2.9/32 -p tcp -m tcp --dport 7 -j DNAT --to-destination 192.0.2.10:7
${returns.join('\n')}
-A OUTPUT -p tcp -j REDIRECT --to-ports 15001
COMMIT
`).rulesets
}

function asked(count: number, ask: (found: PodPaths) => void): void {
  const rulesets = rulesWith(count)
  askPaths(rulesets, withDefaultNetwork({}, rulesets), 'ip', ask, why => {
    throw new Error(why)
  })
}

function traffic({paths, machine, device}: PodPaths) {
  return outboundTraffic(paths, machine, device, 'tcp', outsideOf(paths))
}

describe('what is not listed is counted', () => {
  test.each([1, 2, 7, 39, 40])('of 40 sets, %i are made at most', most => {
    expect.assertions(2)
    asked(40, found => {
      const {node, domain} = traffic(found)
      const {space} = found.paths
      const {table} = found.answering(false)
      const set = whereOutcome(space.diagram, node, number => outcomeVerdict(table.outcome(number)) === 'escapes')
      const whole = regionsOf(space, set, domain)
      expect([whole.regions.length, whole.more]).toEqual([40, 0])
      const some = regionsOf(space, set, domain, {made: most})
      expect([some.regions.length, some.more]).toEqual([most, 40 - most])
    })
  })

  test('a direction says that the largest may be among those left out', () => {
    expect.assertions(2)
    asked(40, found => {
      const whole = directionOf(found.answering(false), traffic(found))
      expect([whole.exceptions.length, whole.more, whole.unordered]).toEqual([41, 0, undefined])
      const some = directionOf({...found.answering(false), most: 5}, traffic(found))
      expect([some.exceptions.length, some.more, some.unordered]).toEqual([6, 35, true])
    })
  })

  test('the headline says how many more there are, and no outcome is without an example', () => {
    const rulesets = rulesWith(700)
    const found = interceptionOf(rulesets, withDefaultNetwork({}, rulesets), 'ip')
    if (found === undefined) throw new Error('no address')
    expect(found.outbound.more).toBe(200)
    expect(found.outbound.exceptions.filter(({to}) => to === '192.0.2.10:7')).toHaveLength(1)
    const outbound = (more: object) =>
      JSON.stringify(summaryFields({...found, outbound: {...found.outbound, ...more}})[1]?.[1])
    expect(outbound({})).toContain('; 200 more exceptions"')
    expect(outbound({unordered: true})).toContain('; 200 more exceptions not listed, which may be larger"')
  })
})
