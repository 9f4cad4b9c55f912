import {describe, expect, test} from '@jest/globals'
import {readCaseFile} from '../../../../src/reports/packet/case-file.js'
import {casesReport, type PacketCaseResult} from '../../../../src/reports/packet/cases-report.js'
import type {RulesetTexts} from '../../../../src/sources/rulesets/folder.js'
import {type RecordedPacket, recordedPackets, recordedRulesets} from '../../../support/netfilter-corpus.js'

const RULESETS = recordedRulesets()
const PACKETS = recordedPackets()

/** Hits that belong to other packets of the same flow or moment, not to the one that was sent. */
const FLOW_EFFECTS: Readonly<Record<string, string>> = {
  'r51-kitchen-sink/in-22': 'while the packet was measured the listener looked a name up: two DNS rules counted',
  'a10-ambient-1.21-tproxy/in-eth1-forward-vip80': 'counted were later packets of a handshake that never completed',
}

function texts(name: string): RulesetTexts | undefined {
  const files = RULESETS[name]?.files
  if (files === undefined) return undefined
  const file = (key: string) => files[key] ?? ''
  return {
    rules: [file('iptables-save-c.txt'), file('ip6tables-save-c.txt')],
    nft: file('nft-list-ruleset.txt'),
    routes: file('ip-route-table-all.txt'),
    policyRules: file('ip-rule.txt'),
    addresses: file('ip-addr.txt'),
    parameters: file('params.json'),
  }
}

async function answers(): Promise<ReadonlyMap<string, PacketCaseResult>> {
  const cases = PACKETS.map(({id, ruleset, packet}) => ({id, ruleset, packet}))
  const report = await casesReport(
    readCaseFile(JSON.stringify({cases}), 'recorded'),
    {kind: 'files', label: 'recorded'},
    async name => texts(name),
  )
  return new Map(report.answers.map(answer => [answer.id, answer]))
}

function ordered(rules: readonly (readonly [string, number])[]): readonly string[] {
  return rules.map(([at, rule]) => `${at} ${rule}`).sort()
}

function differences({result}: RecordedPacket, answer: PacketCaseResult): readonly string[] {
  const rules = ordered(answer.rules.map(({at, rule}) => [at, rule] as const))
  const path = answer.path.flatMap(({at, rule}) => (rule === 'policy' ? [] : [`${at} ${rule}`]))
  const tracked = result.orig_dst !== undefined && !result.orig_dst.startsWith('ERR')
  return [
    ...(answer.outcome === result.outcome ? [] : [`outcome ${answer.outcome}, really ${result.outcome}`]),
    ...(JSON.stringify(answer.landed) === JSON.stringify(result.landed ?? null)
      ? []
      : [`landed ${JSON.stringify(answer.landed)}, really ${JSON.stringify(result.landed)}`]),
    ...(!tracked || answer.origDst === result.orig_dst
      ? []
      : [`original destination ${answer.origDst}, really ${result.orig_dst}`]),
    ...(result.local === undefined || answer.local === result.local
      ? []
      : [`local ${answer.local}, really ${result.local}`]),
    ...(result.peer === undefined || answer.peer === result.peer ? [] : [`peer ${answer.peer}, really ${result.peer}`]),
    ...(rules.join() === ordered(result.nat).join() ? [] : [`nat rules ${rules}, really ${ordered(result.nat)}`]),
    ...(result.path === undefined || path.join() === result.path.map(([at, rule]) => `${at} ${rule}`).join()
      ? []
      : [`path ${path}, really ${result.path}`]),
  ]
}

describe('packets that were really sent', () => {
  test('land where the walk says, with the same original destination, nat rules and rule path', async () => {
    const given = await answers()
    const wrong = PACKETS.flatMap(packet => {
      const answer = given.get(packet.id)
      const found = answer === undefined ? ['no answer'] : differences(packet, answer)
      return found.length === 0 ? [] : [`${packet.id}: ${found.join('; ')}`]
    })
    const unexplained = wrong.filter(line => FLOW_EFFECTS[line.split(': ')[0] ?? ''] === undefined)
    expect(unexplained).toEqual([])
    expect(wrong).toHaveLength(Object.keys(FLOW_EFFECTS).length)
    expect(PACKETS).toHaveLength(5145)
    expect(PACKETS.filter(({result}) => result.path !== undefined).length).toBeGreaterThan(4400)
  })
})

describe('a packet table', () => {
  const one = (expectation: unknown) => ({
    cases: [{id: 'a', ruleset: 'r01-default', packet: {dst: '10.96.0.80', dport: 80}, expect: expectation}],
  })
  const run = async (document: unknown) =>
    await casesReport(readCaseFile(JSON.stringify(document), 'table'), {kind: 'files', label: 'table'}, async name =>
      texts(name),
    )

  test('passes when every expectation holds', async () => {
    const report = await run(
      one({outcome: 'delivered', landed: {port: 15001, ns: 'pod'}, origDst: '10.96.0.80:80', verdict: 'captured'}),
    )
    expect(report.failing).toBe(false)
    expect(report.answers[0]?.ok).toBe(true)
  })

  test('fails with what differs when one does not', async () => {
    const report = await run(one({landed: {ns: 'peer', port: 80}}))
    expect(report.failing).toBe(true)
    expect(report.answers[0]?.differs?.[0]).toContain('landed: expected')
  })

  test('refuses expectations it does not know and rulesets that are not there', async () => {
    await expect(run(one({landet: 1}))).rejects.toThrow('cannot expect landet')
    await expect(run({cases: [{id: 'b', ruleset: 'nowhere', packet: {dst: '10.0.0.1', dport: 1}}]})).rejects.toThrow(
      'no rules found for ruleset',
    )
    expect(() => readCaseFile('{"cases": [{"packet": {}}]}', 'table')).toThrow('needs dst')
    expect(() => readCaseFile('not json', 'table')).toThrow('table is not JSON')
  })
})
