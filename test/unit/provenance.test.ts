import {describe, expect, test} from '@jest/globals'
import {noted, openLedger} from '../../src/evidence/provenance.js'
import {EVIDENCE, EVIDENCE_IDS, type EvidenceId} from '../../src/model/evidence/evidence.js'
import type {EvidenceUse} from '../../src/model/evidence/provenance.js'
import {checkReport} from '../../src/reports/check/report.js'
import {checkTargets} from '../../src/reports/check/targets/targets.js'
import {driftReport, expectedReport, iptablesWithDriftReport} from '../../src/reports/iptables/drift-report.js'
import {portsReport} from '../../src/reports/ports/report.js'
import {RULES} from '../../src/rules/registry.js'
import {filesSource} from '../../src/sources/files/source.js'
import type {Source} from '../../src/sources/source.js'
import {memorySource} from '../support/memory-source.js'
import {clusterServing, sampleSource} from '../support/served.js'

const DRIFT = 'sick-drift-v1-5bf8bfd67d-9z2sf'
const POD = {namespace: 'demo', name: DRIFT}

const ids = (uses: readonly EvidenceUse[]) => uses.map(({evidence}) => evidence)

/** The source without some evidence, as a source that may not read it. */
function without(source: Source, hidden: RegExp): Source {
  return {
    ...source,
    evidence: async (id, subject, query) =>
      hidden.test(id)
        ? {ok: false, gap: {what: id, reason: 'no-privilege', detail: 'hidden'}}
        : await source.evidence(id, subject, query),
  }
}

describe('the ledger', () => {
  test('keeps one entry per kind of evidence, with the earliest and the latest time', () => {
    const ledger = openLedger()
    const use = {evidence: 'net.sockets', source: 'live', via: 'exec', shows: 'state'} as const
    for (const hour of ['11', '09', '10']) ledger.add({...use, observedAt: `2026-11-20T${hour}:00:00Z`})
    ledger.add({...use, evidence: 'log.istio-init'})
    expect(ledger.uses()).toEqual([
      {...use, evidence: 'log.istio-init'},
      {...use, observedAt: '2026-11-20T09:00:00Z', observedUntil: '2026-11-20T11:00:00Z'},
    ])
  })

  test('holds what was answered and not what was refused or never asked for', async () => {
    const gap = {what: 'x', reason: 'forbidden', detail: 'no'} as const
    const source = noted(memorySource({objects: [], evidence: {'net.sockets': 'x', 'net.proc': gap}}))
    await source.evidence('net.sockets', POD)
    await source.evidence('net.proc', POD)
    await source.objects({kind: 'Pod'})
    expect(ids(source.ledger.uses())).toEqual(['net.sockets', 'objects/Pod'])
  })

  test('pages are noted as lists are', async () => {
    const source: Source = {
      ...memorySource({}),
      async *pages() {
        yield {ok: true, value: {items: [], begins: true, later: false}}
      },
    }
    const watched = noted(source)
    for await (const page of watched.pages?.({kind: 'Pod'}, each => each) ?? []) expect(page.ok).toBe(true)
    expect(ids(watched.ledger.uses())).toEqual(['objects/Pod'])
  })
})

test('only the log of istio-init shows what was set at start, and only logs show what happened before', () => {
  const shows = (what: string) => EVIDENCE_IDS.filter(id => EVIDENCE[id].shows === what)
  expect(shows('set-at-start')).toEqual(['log.istio-init'])
  expect(shows('history')).toEqual(['log.istio-proxy', 'log.discovery', 'log.istio-cni'])
})

describe('where an answer comes from', () => {
  test('kernel rules that were read: the state at the time of capture', async () => {
    const {provenance} = await iptablesWithDriftReport(await sampleSource(), POD)
    expect(provenance).toMatchObject({live: false, complete: true})
    const rules = provenance.evidence.find(({evidence}) => evidence === 'net.iptables.nft')
    expect(rules).toMatchObject({source: 'recorded', via: 'exec', shows: 'state', observedAt: '2026-11-20T19:00:00Z'})
  })

  test('kernel rules that could not be read: no state, only what istio-init set at start', async () => {
    const source = without(await sampleSource(), /^net\.(ip6?tables|nft)/)
    const {provenance} = await iptablesWithDriftReport(source, POD)
    const rules = provenance.evidence.filter(({evidence}) => /^(net\.(ip6?tables|nft)|log)/.test(evidence))
    expect(rules.map(({evidence, shows}) => [evidence, shows])).toEqual([['log.istio-init', 'set-at-start']])
  })

  test('drift names what the expected rules were computed from', async () => {
    const {provenance} = await driftReport(await sampleSource(), POD)
    expect(provenance.evidence.find(({via}) => via === 'computed')?.from).toContain('istio-init')
    const expected = await expectedReport(await sampleSource(), POD)
    expect(ids(expected.provenance.evidence)).toContain('expected-rules')
  })

  test('a live cluster: now', async () => {
    const before = new Date().toISOString()
    const cluster = await clusterServing(await sampleSource())
    try {
      const {provenance} = await portsReport(cluster, POD)
      expect(provenance.live).toBe(true)
      const sockets = provenance.evidence.find(({evidence}) => evidence === 'net.sockets')
      expect(sockets).toMatchObject({source: 'live', via: 'exec', shows: 'state'})
      expect((sockets?.observedAt ?? '') >= before).toBe(true)
    } finally {
      await cluster.close()
    }
  })

  test('a file given by hand: the file, at an unknown time, as what it is', async () => {
    const save =
      '# Generated by iptables-save v1.8.9 (nf_tables) on Fri Nov 20 19:00:00 2026\n*nat\n:OUTPUT ACCEPT [12:720]\nCOMMIT\n'
    const init = await (await sampleSource()).evidence('log.istio-init', POD)
    for (const [bytes, evidence] of [
      [init.ok ? init.value.bytes : new Uint8Array(), 'log.istio-init'],
      [Buffer.from(save), 'net.iptables.nft'],
    ] as const satisfies readonly (readonly [Uint8Array, EvidenceId])[]) {
      const source = noted(filesSource([{label: 'pasted.txt', bytes}]))
      await source.evidence('net.iptables.nft', POD)
      const shows = evidence === 'log.istio-init' ? 'set-at-start' : 'state'
      expect(source.ledger.uses()).toEqual([{evidence, source: 'given', via: 'file', shows, from: 'pasted.txt'}])
    }
  })
})

describe('findings of check', () => {
  const asked = async (source: Source, name: string) =>
    await checkReport(source, await checkTargets(source, [name], {namespace: 'demo'}), {
      rules: RULES,
      failOn: 'warning',
      istioNamespace: 'istio-system',
      deep: true,
      now: new Date('2026-11-20T19:00:00Z'),
    })

  test('each rests on the evidence its rule needs, and on nothing else', async () => {
    const report = await asked(await sampleSource(), DRIFT)
    const findings = report.workloads.flatMap(each => each.findings)
    const drift = findings.find(({code}) => code === 'MCT1320')
    expect(ids(drift?.provenance ?? [])).toEqual(expect.arrayContaining(['objects/Pod', 'net.iptables.nft']))
    expect(ids(drift?.provenance ?? [])).not.toContain('envoy.certs')
    for (const finding of findings) {
      expect(finding.provenance.length).toBeGreaterThan(0)
      expect(ids(report.provenance.evidence)).toEqual(expect.arrayContaining([...ids(finding.provenance)]))
    }
  })

  test('all findings of the sample mesh name where they come from', async () => {
    const source = await sampleSource()
    const all = await checkReport(source, await checkTargets(source, [], {namespace: 'demo'}), {
      rules: RULES,
      failOn: 'warning',
      istioNamespace: 'istio-system',
      deep: true,
      now: new Date('2026-11-20T19:00:00Z'),
    })
    const findings = all.workloads.flatMap(each => each.findings)
    expect(findings.length).toBeGreaterThan(10)
    for (const {code, provenance} of findings) {
      expect([code, provenance.filter(use => use.source !== 'recorded' || use.observedAt === undefined)]).toEqual([
        code,
        [],
      ])
    }
  })
})
