import {describe, expect, test} from '@jest/globals'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import {type CheckReport, checkReport} from '../../../src/reports/check/report.js'
import {checkTargets} from '../../../src/reports/check/targets/targets.js'
import {checkView} from '../../../src/reports/check/view.js'
import {RULES} from '../../../src/rules/registry.js'
import {selectRules} from '../../../src/rules/select-rules.js'
import {filesSource} from '../../../src/sources/files/source.js'
import {recordedRulesets} from '../../support/netfilter-corpus.js'

function pod(name: string): string {
  return `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop}
spec:
  initContainers:
  - name: istio-init
    image: docker.io/istio/proxyv2:1.30.0
    args: [istio-iptables, -p, "15001", -z, "15006", -u, "1337", -m, REDIRECT, -i, '*', -x, "", -b, '*', -d, "15090,15021,15020"]
  containers:
  - {name: web, image: nginx}
  - {name: istio-proxy, image: 'docker.io/istio/proxyv2:1.30.0'}
`
}

async function check(files: Readonly<Record<string, string>>, only?: readonly string[]): Promise<CheckReport> {
  const source = filesSource(Object.entries(files).map(([label, text]) => ({label, bytes: Buffer.from(text)})))
  const rules = selectRules(RULES, only, undefined)
  const options = {rules, failOn: 'warning', istioNamespace: 'istio-system', deep: true, now: new Date(0)} as const
  return await checkReport(source, await checkTargets(source, [], {}), options)
}

async function headline(report: CheckReport): Promise<string> {
  const layout = {width: 400, colour: false, headers: true}
  const text = String(await rendered(report, checkView, formOf('table', checkView), layout, false))
  return (text.split('\n\n')[0] ?? '').replace(/\s+/g, ' ')
}

const SAVED = recordedRulesets()['e30x-default']?.files['iptables-save.txt'] ?? ''
const BROKEN = SAVED.replace(/^-A ISTIO_REDIRECT.*\n/m, '')
const reasons = ({workloads}: CheckReport) => workloads.flatMap(each => each.notChecked.map(({gap}) => gap.detail))
const codes = ({workloads}: CheckReport) => workloads.flatMap(each => each.findings.map(({code}) => code))

describe('rules in a file of their own are of the one pod in the files', () => {
  test('rules that are as they should be pass', async () => {
    expect(SAVED).toContain('ISTIO_REDIRECT')
    const report = await check({'rules.txt': SAVED, 'pod.yaml': pod('a')}, ['MCT1320'])
    expect([codes(report), reasons(report), report.counts.passed]).toEqual([[], [], 1])
    expect(await headline(report)).not.toContain('not used')
  })

  test('a rule that is missing is found', async () => {
    expect(BROKEN).not.toBe(SAVED)
    const report = await check({'rules.txt': BROKEN, 'pod.yaml': pod('a')}, ['MCT1320'])
    expect(codes(report)).toContain('MCT1320')
  })

  test('without the file nothing is checked', async () => {
    const report = await check({'pod.yaml': pod('a')}, ['MCT1320'])
    expect([report.counts.passed, reasons(report)]).toEqual([0, ['a manifest has no running pod']])
  })

  test('of two pods it is not known whose they are: nothing is concluded, and the first line says so', async () => {
    const report = await check({'rules.txt': BROKEN, 'a.yaml': pod('a'), 'b.yaml': pod('b')}, ['MCT1320'])
    expect(codes(report)).toEqual([])
    expect(reasons(report)).toEqual(Array(2).fill('the files given do not say which of the pods they are of'))
    expect(await headline(report)).toContain('; not used: rules.txt.')
  })

  test('a check that asks for no rules does not use them', async () => {
    const report = await check({'rules.txt': BROKEN, 'pod.yaml': pod('a')}, ['MCT1101'])
    expect(await headline(report)).toContain('; not used: rules.txt.')
    expect(report.skipped.map(({what, detail}) => `${what}: ${detail}`)).toEqual([
      'rules.txt: iptables rules: no check used it',
    ])
  })

  test('a piece of the rules is not compared with the whole', async () => {
    const piece = BROKEN.split('\n').filter(line => line.startsWith('-A ISTIO_OUTPUT'))
    const report = await check({'rules.txt': piece.join('\n'), 'pod.yaml': pod('a')}, ['MCT1320'])
    expect([codes(report), reasons(report)]).toEqual([[], ['only chains that no packet enters by are in the text']])
  })
})
