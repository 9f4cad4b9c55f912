import {describe, expect, test} from '@jest/globals'
import {parseCheckReport} from '../../../src/formats/check-report.js'
import {checkData} from '../../../src/reports/check/forms/data.js'
import {checkReport} from '../../../src/reports/check/report.js'
import {podListPages} from '../../../src/reports/check/targets/pod-list-pages.js'
import {mergeReport, type ReportFile} from '../../../src/reports/merge/report.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {RULES} from '../../../src/rules/registry.js'
import type {Source} from '../../../src/sources/source.js'
import {sampleSource} from '../../support/served.js'

const NOW = new Date('2026-11-20T19:00:00Z')
const OPTIONS = {rules: RULES, failOn: undefined, now: NOW, version: '0.0.0'}

async function checked(source: Source, shard?: string) {
  const rules = RULES.filter(({code}) => /^MCT1[01]/.test(code))
  const options = {rules, failOn: 'warning' as const, istioNamespace: 'istio-system', deep: false, now: NOW}
  const pods = podListPages(source, [], {namespace: 'demo'}, shard)
  return await checkReport(source, pods, shard === undefined ? options : {...options, shard})
}

async function written(file: string, source: Source, shard?: string): Promise<ReportFile> {
  const report = await checked(source, shard)
  const data = {...(checkData(report) as object), provenance: report.provenance}
  const read = parseCheckReport(JSON.stringify(data))
  if (!read.ok) throw new Error(read.why)
  return {file, report: read.report}
}

describe('merge', () => {
  test('the shards of a namespace are together what the whole is', async () => {
    const source = await sampleSource()
    const whole = checkData(await checked(source)) as {
      readonly findings: unknown
      readonly workloads: unknown
      readonly counts: unknown
    }
    const shards = await Promise.all(['2/3', '0/3', '1/3'].map(each => written(`${each}.json`, source, each)))
    expect(shards.every(({report}) => report.workloads.length > 0)).toBe(true)
    const merged = mergeReport(shards, OPTIONS)
    expect(JSON.parse(JSON.stringify(checkData(merged)))).toMatchObject(
      JSON.parse(JSON.stringify({findings: whole.findings, workloads: whole.workloads, counts: whole.counts})),
    )
    expect(merged.damaged).toEqual([])
    await source.close()
  })

  test('a shard without a report is a gap, and the exit code is not 0', async () => {
    const source = await sampleSource()
    const merged = mergeReport(
      [await written('a.json', source, '0/3'), await written('b.json', source, '2/3')],
      OPTIONS,
    )
    expect(merged.damaged).toEqual([
      expect.objectContaining({
        what: expect.stringMatching(/^workloads of bundle .*mesh.tgz$/),
        reason: 'not-found',
        detail: 'no report of 1/3',
      }),
    ])
    expect(reportExitCode({...merged, failing: false})).toBe(3)
    await source.close()
  })

  test('of two reports about the same workloads the newest counts', async () => {
    const source = await sampleSource()
    const first = await written('old.json', source)
    const origin = {...first.report.origin, capturedAt: '2026-11-19T00:00:00Z'}
    const old = {file: 'old.json', report: {...first.report, origin, findings: []}}
    const merged = mergeReport([old, {...first, file: 'new.json'}], OPTIONS)
    expect(merged.counts.error).toBe(first.report.findings.filter(({severity}) => severity === 'error').length)
    expect(merged.notes).toEqual(['old.json is about the same workloads as new.json, and older: not used'])
    await source.close()
  })

  test('findings of several clusters name theirs', async () => {
    const source = await sampleSource()
    const east = await written('east.json', source)
    const west = {file: 'west.json', report: {...east.report, origin: {...east.report.origin, label: 'cluster west'}}}
    const merged = mergeReport([east, west], OPTIONS)
    expect(merged.counts.error).toBe(2 * east.report.findings.filter(({severity}) => severity === 'error').length)
    const proofs = merged.workloads.flatMap(each => each.findings.flatMap(({proof}) => proof.map(({text}) => text)))
    expect(proofs).toContain('cluster west (west.json)')
    await source.close()
  })

  test.each([
    ['cut', '{"apiVersion": "meshctl/v1", "kind": "CheckReport", "findings": [', 'it is not JSON, or it was cut'],
    ['of another kind', '{"apiVersion": "v1", "kind": "List"}', 'it is not a CheckReport of meshctl/v1'],
    [
      'without a severity',
      '{"apiVersion": "meshctl/v1", "kind": "CheckReport", "origin": {"label": "c"}, "failOn": "warning", "findings": [{"code": "MCT1001", "slug": "x"}]}',
      'findings[0] has no severity',
    ],
  ])('a document that is %s is refused with the reason', (_, text, why) => {
    expect(parseCheckReport(text)).toEqual({ok: false, why})
  })
})
