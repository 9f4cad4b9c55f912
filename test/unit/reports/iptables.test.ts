import {describe, expect, test} from '@jest/globals'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import {parseRules} from '../../../src/formats/netfilter/parse-rules.js'
import type {Gap} from '../../../src/model/evidence/answer.js'
import {UserError} from '../../../src/model/evidence/user-error.js'
import {ruleKey} from '../../../src/model/kernel/rule-key.js'
import {
  driftReport,
  expectedReport,
  impliedBy,
  iptablesWithDriftReport,
} from '../../../src/reports/iptables/drift-report.js'
import {driftView} from '../../../src/reports/iptables/drift-view.js'
import {iptablesReport} from '../../../src/reports/iptables/report.js'
import {iptablesView} from '../../../src/reports/iptables/view.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {openFiles} from '../../../src/sources/open.js'
import {resolveSubject} from '../../../src/sources/subject.js'
import {expectGolden} from '../../support/golden.js'
import {memorySource} from '../../support/memory-source.js'
import {recordedRulesets} from '../../support/netfilter-corpus.js'

const LAYOUT = {width: 120, colour: false, headers: true}
const SAMPLE = 'src/sample/mesh.tgz'
const POD = {namespace: '', name: 'memory', implied: true}
const DENIED: Gap = {
  what: 'IPv4 rules',
  reason: 'no-privilege',
  detail: 'iptables-nft-save: Permission denied (you must be root)',
}
const ALL_DENIED = {
  'net.iptables.nft': DENIED,
  'net.iptables.legacy': DENIED,
  'net.ip6tables.nft': DENIED,
  'net.ip6tables.legacy': DENIED,
  'net.nft': DENIED,
} as const

function file(ruleset: string, name: string): string {
  return recordedRulesets()[ruleset]?.files[name] ?? ''
}

async function sample(name: string) {
  const source = await openFiles([SAMPLE])
  const {pod} = await resolveSubject(source, {name, namespace: 'demo'})
  return {source, pod}
}

describe('the sample mesh', () => {
  test.each(['sick-drift-v1', 'productpage-v1'])('%s in words', async name => {
    const {source, pod} = await sample(`deploy/${name}`)
    const report = await iptablesWithDriftReport(source, pod)
    expectGolden(
      `src/reports/iptables/golden/${name}.txt`,
      String(await rendered(report, iptablesView, formOf(undefined, iptablesView), LAYOUT, false)),
    )
  })

  test('the drift of sick-drift is the jump that was deleted and the hole that was made', async () => {
    const {source, pod} = await sample('deploy/sick-drift-v1')
    const report = await driftReport(source, pod)
    expect(report.failing).toBe(true)
    expect(report.differences.map(({kind, place, effective}) => [kind, place, effective])).toEqual([
      ['missing', 'nat/PREROUTING', true],
      ['extra', 'nat/ISTIO_OUTPUT', true],
    ])
    expectGolden(
      'src/reports/iptables/golden/sick-drift-v1.drift.txt',
      String(await rendered(report, driftView, 'table', LAYOUT, false)),
    )
  })

  test('a healthy pod has none', async () => {
    const {source, pod} = await sample('deploy/productpage-v1')
    expect((await driftReport(source, pod)).differences).toEqual([])
  })
})

describe('drift when only the rules of pod start are known', () => {
  const log = () => file('r05-inbound-list', 'init.log')
  const init = (args: readonly string[]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'web', namespace: 'shop'},
    spec: {
      initContainers: [{name: 'istio-init', image: 'istio/proxyv2:1.31.0', args: ['istio-iptables', ...args]}],
      containers: [{name: 'istio-proxy', image: 'istio/proxyv2:1.31.0', args: ['proxy', 'sidecar']}],
    },
    status: {phase: 'Running', podIPs: [{ip: '10.0.0.7'}]},
  })
  const web = {namespace: 'shop', name: 'web'}
  const text = async (report: Awaited<ReturnType<typeof driftReport>>) =>
    String(await rendered(report, driftView, 'table', LAYOUT, false))

  test('from a pod: not checked (3), with the ways that work, whatever the log says', async () => {
    const objects = [
      init(['-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT', '-i', '*', '-x', '', '-b', '*']),
    ]
    const report = await driftReport(memorySource({objects, evidence: {...ALL_DENIED, 'log.istio-init': log()}}), web)
    expect(report.startUp).toMatch(/^Current kernel rules could not be read; this is what istio-init set up/)
    expect(report.undecided).toBe(true)
    expect(report.next).toContain('meshctl iptables web.shop --debug-container')
    expect(report.expected?.via).toBe('the arguments and environment of istio-init')
    expect((await text(report)).split('\n')[0]).toMatch(/^Current kernel rules could not be read/)
  })

  test('the log is not compared with itself: without the pod nothing is expected, and the code is 3', async () => {
    const report = await driftReport(memorySource({evidence: {...ALL_DENIED, 'log.istio-init': log()}}), POD)
    expect([report.expected, report.differences, reportExitCode(report)]).toEqual([undefined, [], 3])
    expect(await text(report)).toContain('not checked: whether the current rules match the expected ones')
  })

  test('the age is that of the rules, at the time of the recording', async () => {
    const objects = [init(['-p', '15001'])]
    const dated = `2026-11-20T16:00:00.000000Z\tinfo\tIstio iptables environment:\n${log()}`
    const source = memorySource({
      objects,
      evidence: {...ALL_DENIED, 'log.istio-init': dated},
      origin: {kind: 'bundle', label: 'b.tgz', capturedAt: '2026-11-20T19:00:00Z'},
    })
    expect((await driftReport(source, web)).startUp).toBe(
      'Current kernel rules could not be read; this is what istio-init set up 3h ago',
    )
  })

  test.each([
    ['ambient', {'ambient.istio.io/redirection': 'enabled'}, /set by istio-cni from the node/],
    ['none', {}, /No container of the pod has the capability NET_ADMIN/],
  ])('a pod without a sidecar (%s) is not sent to containers it lacks', async (_mode, annotations, why) => {
    const pod = {
      ...init([]),
      metadata: {name: 'web', namespace: 'shop', annotations},
      spec: {containers: [{name: 'app'}]},
    }
    const failed = iptablesReport(memorySource({objects: [pod], evidence: ALL_DENIED}), web)
    const error = await failed.catch((caught: unknown) => caught)
    const hint = error instanceof UserError ? (error.hint ?? '') : ''
    expect(hint).toMatch(why)
    expect(hint).not.toMatch(/istio-init|--target=istio-proxy|uid 1337/)
    expect(hint).toContain('--debug-container --debug-image')
  })

  test.each([
    ['meshctl-debug-0a1b2c', true],
    ['other-debugger', false],
  ])('a debug container without the tools (%s) is not advised again', async (name, ours) => {
    const pod = {
      ...init([]),
      metadata: {name: 'web', namespace: 'shop'},
      spec: {containers: [{name: 'istio-proxy'}], ephemeralContainers: [{name, image: 'example.org/tiny:1'}]},
      status: {ephemeralContainerStatuses: [{name, state: {running: {startedAt: '2026-11-20T18:00:00Z'}}}]},
    }
    const gap: Gap = {
      what: 'rules',
      reason: 'no-privilege',
      detail: `${name}: iptables-save -c: executable file not found in $PATH`,
    }
    const evidence = Object.fromEntries(Object.keys(ALL_DENIED).map(id => [id, gap]))
    const failed = iptablesReport(memorySource({objects: [pod], evidence}), web)
    const error = await failed.catch((caught: unknown) => caught)
    const hint = error instanceof UserError ? (error.hint ?? '') : ''
    expect(hint.includes('its image example.org/tiny:1 lacks iptables-save')).toBe(ours)
    expect(hint.includes('--debug-container --debug-image nicolaka/netshoot')).toBe(ours)
  })
})

describe('where the rules come from', () => {
  test('what the kernel held wins; the log is not asked', async () => {
    const source = memorySource({
      evidence: {
        'net.iptables.nft': file('r01-default', 'iptables-save-c.txt'),
        'log.istio-init': file('r05-inbound-list', 'init.log'),
      },
    })
    const {kernel, interceptions} = await iptablesReport(source, POD)
    expect(kernel.from).toBe('live')
    expect(interceptions[0]?.inbound.usual.verdict).toBe('captured')
  })

  test('when nothing may be read, the log of istio-init tells what was written at start, and says so', async () => {
    const source = memorySource({evidence: {...ALL_DENIED, 'log.istio-init': file('r05-inbound-list', 'init.log')}})
    const report = await iptablesReport(source, POD)
    expect(report.kernel.from).toBe('log')
    expect(report.interceptions[0]?.inbound.usual.verdict).toBe('direct')
    expect(String(await rendered(report, iptablesView, 'short', LAYOUT, false))).toContain(
      'Current kernel rules could not be read; this is what istio-init set up',
    )
    expect(report.gaps.length).toBe(5)
    expect(report.next).toContain('--debug-container')
    expect(report.next).toContain('netns:PID')
  })

  test('when there is no log either, the refusal is shown with the ways that work', async () => {
    const failed = iptablesReport(memorySource({objects: [], evidence: ALL_DENIED}), POD)
    await expect(failed).rejects.toThrow('permission denied (iptables-nft-save: Permission denied (you must be root))')
    const error = await failed.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(UserError)
    const hint = error instanceof UserError ? (error.hint ?? '') : ''
    for (const way of ['kubectl logs', '--profile=netadmin', 'nsenter', 'netns:PID', '--expected'])
      expect(hint).toContain(way)
  })

  test('empty rule stores are an answer, not a gap', async () => {
    const empty = '# Generated by iptables-save v1.8.9 (nf_tables) on Fri\n*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n'
    const report = await iptablesReport(memorySource({evidence: {'net.iptables.nft': empty}}), POD)
    expect(String(await rendered(report, iptablesView, 'short', LAYOUT, false))).toContain('There are no rules')
  })

  test("the nft view of iptables-nft's own tables does not count twice", async () => {
    const source = memorySource({
      evidence: {
        'net.iptables.nft': file('r01-default', 'iptables-save-c.txt'),
        'net.nft': file('r01-default', 'nft-list-ruleset.txt'),
      },
    })
    const report = await iptablesReport(source, POD)
    expect(report.rulesets.filter(set => set.family === 'ip')).toHaveLength(1)
  })
})

describe('expected rules', () => {
  test('from the log alone, as text iptables-restore can load', async () => {
    const source = memorySource({evidence: {...ALL_DENIED, 'log.istio-init': file('r09-cidr-exclude', 'init.log')}})
    const report = await expectedReport(source, POD)
    const text = String(await rendered(report, iptablesView, 'raw', LAYOUT, false))
    expect(text).toContain('-A ISTIO_OUTPUT -d 192.168.0.0/16 -j RETURN')
    expect(report.kernel.from).toBe('computed')
  })

  test('from a workload that does not exist yet, by its annotations', async () => {
    const annotations = {
      'traffic.sidecar.istio.io/excludeOutboundPorts': '3306',
      'traffic.sidecar.istio.io/includeInboundPorts': '8080',
      'proxy.istio.io/config': 'proxyMetadata:\n  ISTIO_META_DNS_CAPTURE: "true"\n',
    }
    const template = {
      metadata: {labels: {app: 'web'}, annotations},
      spec: {containers: [{name: 'web', image: 'web:1'}]},
    }
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {name: 'web', namespace: 'shop'},
      spec: {template},
    }
    const source = memorySource({objects: [deployment]})
    const report = await expectedReport(source, impliedBy(source))
    expect(report.interceptions[0]?.inbound.usual.verdict).toBe('direct')
    expect(
      report.interceptions[0]?.inbound.exceptions.filter(({verdict}) => verdict === 'captured').map(({value}) => value),
    ).toEqual(['8080'])
    expect(report.interceptions[0]?.outbound.exceptions.map(({value}) => value)).toContain('3306')
    expect(report.notes.join()).toContain('resolvers')
  })

  test('of a pod the CNI plugin programmed, which excludes 15020 outbound', async () => {
    const proxy = {
      name: 'istio-proxy',
      image: 'docker.io/istio/proxyv2:1.28.1',
      securityContext: {runAsUser: 1337, runAsGroup: 1337},
    }
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {name: 'web', namespace: 'shop'},
      spec: {containers: [{name: 'web', image: 'web:1'}, proxy]},
      status: {podIP: '10.1.2.3'},
    }
    const report = await expectedReport(memorySource({objects: [pod]}), {namespace: 'shop', name: 'web'})
    const recorded = parseRules(file('r46-cni-default', 'iptables-save.txt')).rulesets[0]
    const keys = (set: typeof recorded) =>
      set?.tables
        .flatMap(table =>
          table.chains.flatMap(chain => chain.rules.map(rule => `${table.name}/${chain.name} ${ruleKey(rule)}`)),
        )
        .sort()
    expect(keys(report.rulesets[0])).toEqual(keys(recorded))
  })

  test('nothing to compute from is an error that says what is needed', async () => {
    await expect(
      expectedReport(memorySource({evidence: {'net.iptables.nft': file('r01-default', 'iptables-save.txt')}}), POD),
    ).rejects.toThrow('neither the pod nor a log')
  })
})
