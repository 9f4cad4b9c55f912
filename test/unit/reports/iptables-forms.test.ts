import {describe, expect, test} from '@jest/globals'
import {movedRules} from '../../../src/analysis/netfilter/moved-rules.js'
import {expectedSubject} from '../../../src/evidence/kernel/expected-subject.js'
import {parseRules} from '../../../src/formats/netfilter/parse-rules.js'
import {ruleKey} from '../../../src/model/kernel/rule-key.js'
import {everyRule, type Ruleset} from '../../../src/model/kernel/ruleset.js'
import {countersReport} from '../../../src/reports/iptables/counters-report.js'
import {expectedReport, impliedBy} from '../../../src/reports/iptables/drift-report.js'
import {iptablesReport} from '../../../src/reports/iptables/report.js'
import {iptablesView} from '../../../src/reports/iptables/view.js'
import {filesSource} from '../../../src/sources/files/source.js'
import {memorySource} from '../../support/memory-source.js'
import {recordedRulesets} from '../../support/netfilter-corpus.js'

const file = (label: string, text: string) => ({label, bytes: Buffer.from(text)})
const lines = (rulesets: readonly Ruleset[]) =>
  everyRule(rulesets).map(({table, chain, rule}) => `${table.name}/${chain.name} ${rule.position} ${ruleKey(rule)}`)

describe('-o save and -o nft', () => {
  const recorded = Object.entries(recordedRulesets()).filter(
    ([, {files}]) => files['iptables-save.txt']?.includes('-A ') === true,
  )
  test.each(recorded)('%s reads back as the same rules', async (_name, {files}) => {
    const text = files['iptables-save.txt'] ?? ''
    const source = filesSource([file('rules', text)])
    const report = await iptablesReport(source, impliedBy(source))
    const again = parseRules(iptablesView.texts?.save?.(report) ?? '').rulesets
    expect(lines(again).sort()).toEqual(lines(parseRules(text).rulesets).sort())
  })

  test('native nftables has no form of iptables', async () => {
    const source = filesSource([file('rules', 'table inet t {\n chain c {\n tcp dport 80 return\n }\n}\n')])
    const report = await iptablesReport(source, impliedBy(source))
    expect(() => iptablesView.texts?.save?.(report)).toThrow('native nftables')
    expect(iptablesView.texts?.nft?.(report)).toContain('tcp dport 80 counter return')
  })
})

describe('expected rules of a command line', () => {
  test('the last word of a lost argument is said', async () => {
    const source = filesSource([file('arguments', 'istio-iptables -p 15001 -u 1337 -i * -x -b *\n')])
    const report = await expectedReport(source, impliedBy(source))
    expect(report.notes.join()).toContain('the inbound ports to capture (-b) stayed empty')
  })
  test('the shell script is of a release before 1.5', async () => {
    const source = filesSource([file('arguments', '/usr/local/bin/istio-iptables.sh -p 15001 -u 1337 -i "*" -b 80\n')])
    const {rulesets} = await expectedReport(source, impliedBy(source))
    expect(lines(rulesets)).toContain('nat/ISTIO_IN_REDIRECT 1 protocol=tcp -> redirect 15001')
  })
  test('words that are none of its flags say nothing', async () => {
    const source = filesSource([file('arguments', 'istio-iptables foo bar\n')])
    await expect(expectedReport(source, impliedBy(source))).rejects.toThrow('none of the words is a flag')
  })
  test('ports, ranges and users as given', async () => {
    const source = filesSource([file('arguments', 'istio-iptables -p 16001 -u 7 -i "*" -x "" -b 8080 -d ""\n')])
    const report = await expectedReport(source, impliedBy(source))
    const rules = lines(report.rulesets)
    expect(rules).toContain('nat/ISTIO_REDIRECT 1 protocol=tcp -> redirect 16001')
    expect(rules).toContain('nat/ISTIO_INBOUND 2 destination-port=8080 protocol=tcp -> jump ISTIO_IN_REDIRECT')
  })
})

describe('expected rules of workloads in manifests', () => {
  const namespace = (name: string, injection: string) =>
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: {istio-injection: ${injection}}}\n---\n`
  const deployment = (name: string, ns: string, spec = '', annotations = '{}') =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}, namespace: ${ns}}\nspec: {selector: {matchLabels: {app: x}}, template: {metadata: {labels: {app: x}, annotations: ${annotations}}, spec: {${spec}containers: [{name: c, image: "c:1"}]}}}\n---\n`
  const values = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio-sidecar-injector, namespace: istio-system}\ndata: {config: "policy: enabled", values: '{"global": {"tag": "1.20.3", "proxy": {"includeIPRanges": "10.0.0.0/8", "excludeOutboundPorts": "3306"}}}'}\n---\n`
  const source = () =>
    filesSource([
      file(
        'all.yaml',
        [
          namespace('closed', 'disabled'),
          namespace('open', 'enabled'),
          deployment('d', 'closed'),
          deployment('host', 'open', 'hostNetwork: true, '),
          deployment('plain', 'open', '', '{sidecar.istio.io/inject: "false"}'),
          deployment('web', 'open'),
          values,
        ].join(''),
      ),
    ])
  const expected = async (name: string) => {
    const files = source()
    return await expectedReport(files, (await expectedSubject(files, {name})).pod)
  }

  test.each([
    ['deploy/d.closed', 'istio-injection=disabled'],
    ['deploy/host.open', 'hostNetwork'],
    ['plain.open', 'sidecar.istio.io/inject'],
  ])('%s gets no rules', async (name, why) => {
    await expect(expected(name)).rejects.toThrow(why)
  })

  test("the injector's values and release count where the pod says nothing", async () => {
    const report = await expected('deploy/web.open')
    const rules = lines(report.rulesets)
    expect(rules).toContain('nat/ISTIO_OUTPUT 1 destination-port=3306 protocol=tcp -> return')
    expect(rules.filter(rule => rule.includes('destination=10.0.0.0/8 -> jump ISTIO_REDIRECT'))).toHaveLength(1)
    expect(report.kernel.origin).toContain('Istio 1.20')
  })

  test('several workloads and no name', async () => {
    const files = source()
    await expect(expectedReport(files, impliedBy(files))).rejects.toThrow('there are 4 pods and workloads')
  })
})

describe('several files of one pod', () => {
  const save = (family: string, port: number) =>
    `*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -d ${family} -p tcp -j REDIRECT --to-ports ${port}\nCOMMIT\n`
  test('rules of two families in two files without headers', async () => {
    const source = filesSource([file('v4', save('10.0.0.0/8', 1)), file('v6', save('fd00::/8', 2))])
    const report = await iptablesReport(source, impliedBy(source))
    expect(report.rulesets.map(({family}) => family).sort()).toEqual(['ip', 'ip6'])
  })
})

describe('counters that move', () => {
  const save = (first: number, second: number) =>
    `*nat\n:OUTPUT ACCEPT [0:0]\n[${first}:${first * 60}] -A OUTPUT -p tcp -j ACCEPT\n[${second}:0] -A OUTPUT -p udp -j ACCEPT\nCOMMIT\n`
  const read = (text: string) => parseRules(text).rulesets

  test('only rules that matched in between, with the difference', () => {
    expect(movedRules(read(save(5, 1)), read(save(8, 1)))).toMatchObject([
      {at: 'ip/nat/OUTPUT', rule: 1, packets: 3, bytes: 180, total: 8},
    ])
  })
  test('a rule that was replaced is not compared with its successor', () => {
    const other = save(9, 1).replace('-p tcp', '-p sctp')
    expect(movedRules(read(save(5, 1)), read(other))).toEqual([])
  })
  test('a file holds one moment', async () => {
    const source = filesSource([file('rules', save(1, 1))])
    await expect(countersReport(source, impliedBy(source), 1)).rejects.toThrow('needs a live pod')
  })
  test('two reads of a live pod', async () => {
    let reads = 0
    const held = memorySource({evidence: {}})
    const live = {
      ...held,
      traits: {live: true, complete: true},
      evidence: async (id: Parameters<typeof held.evidence>[0], pod: Parameters<typeof held.evidence>[1]) => {
        if (id !== 'net.iptables.nft') return await held.evidence(id, pod)
        const bytes = Buffer.from(save(5 + reads++, 1))
        return {ok: true, value: {id, bytes, provenance: {argv: ['iptables-save', '-c']}}} as const
      },
    }
    const report = await countersReport(live, {namespace: 'demo', name: 'x'}, 1)
    expect(report).toMatchObject({compared: 2, changed: 0, moved: [{rule: 1, packets: 1}]})
  })
})
