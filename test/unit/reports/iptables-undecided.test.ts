import {describe, expect, test} from '@jest/globals'
import {driftReport, impliedBy, iptablesWithDriftReport} from '../../../src/reports/iptables/drift-report.js'
import {matrixReport} from '../../../src/reports/packet/matrix-report.js'
import {packetReport} from '../../../src/reports/packet/report.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {filesSource} from '../../../src/sources/files/source.js'

const APPLIED = [
  'Running iptables-restore with the following input:',
  '* nat',
  '-N ISTIO_OUTPUT',
  '-N ISTIO_REDIRECT',
  '-A OUTPUT -p tcp -j ISTIO_OUTPUT',
  '-A ISTIO_OUTPUT -j ISTIO_REDIRECT',
  '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
  'COMMIT',
]
const FAILED = [
  ...APPLIED,
  "iptables-restore v1.6.1: iptables-restore: unable to initialize table 'nat'",
  'panic: exit status 2',
]
const NODE = [
  '*nat',
  ':PREROUTING ACCEPT [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  ':KUBE-SERVICES - [0:0]',
  '-A PREROUTING -j KUBE-SERVICES',
  '-A OUTPUT -j KUBE-SERVICES',
  'COMMIT',
]

const of = (lines: readonly string[]) => filesSource([{label: 'text', bytes: Buffer.from(`${lines.join('\n')}\n`)}])
const out = {out: 'tcp://10.0.0.9:8080'}

describe.each([
  ['rules whose setup failed', FAILED, 'were not applied'],
  ['rules of a node', NODE, 'rules of a node'],
])('%s decide about no packet', (_, lines, why) => {
  const source = of(lines)
  const pod = impliedBy(source)

  test('packet', async () => {
    const report = await packetReport(source, pod, out)
    expect(report.verdict).toBe('insufficient')
    expect(report.landing).toContain(why)
    expect(reportExitCode(report)).toBe(3)
  })

  test('packet --all', async () => {
    const report = await matrixReport(source, pod, 'ip')
    const verdicts = [...report.outbound, ...report.inbound].flatMap(({cells}) => cells.map(({verdict}) => verdict))
    expect(new Set(verdicts)).toEqual(new Set(['insufficient']))
    expect(reportExitCode(report)).toBe(3)
  })

  test('the summary and what it says of each direction', async () => {
    const {interceptions} = await iptablesWithDriftReport(source, pod)
    for (const each of interceptions) {
      expect([each.inbound.usual.verdict, each.outbound.usual.verdict, each.udp.verdict]).toEqual([
        'insufficient',
        'insufficient',
        'insufficient',
      ])
      expect(each.mode).toBe('unknown')
    }
  })

  test('--drift compares nothing', async () => {
    await expect(driftReport(source, pod)).rejects.toThrow(why)
  })
})

test('the same rules without an error decide', async () => {
  const source = of(APPLIED)
  expect((await packetReport(source, impliedBy(source), out)).verdict).toBe('captured')
})
