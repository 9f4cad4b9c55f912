import {describe, expect, test} from '@jest/globals'
import {checkReport} from '../../../src/reports/check/report.js'
import {checkTargets} from '../../../src/reports/check/targets/targets.js'
import {describeReport} from '../../../src/reports/describe/report.js'
import {serviceReport} from '../../../src/reports/describe/service-report.js'
import {describeView} from '../../../src/reports/describe/view.js'
import {RULES} from '../../../src/rules/registry.js'
import {filesSource} from '../../../src/sources/files/source.js'
import {withListedMachines, withMachines} from '../../../src/sources/machines.js'
import {resolvePods} from '../../../src/sources/subject.js'
import {reportText} from '../../support/report-text.js'

const FILE = `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata:
  name: pay-1
  namespace: vms
  annotations: {istio.io/connectedAt: "2026-11-20T10:00:00Z", istio.io/disconnectedAt: "2026-11-20T12:00:00Z"}
spec: {address: 10.0.0.5, labels: {app: pay, version: v1}, ports: {http: 8080}}
---
apiVersion: v1
kind: Service
metadata: {name: pay, namespace: vms}
spec: {selector: {app: pay}, ports: [{name: http, port: 80, targetPort: web}]}
---
apiVersion: v1
kind: Pod
metadata: {name: pay-2, namespace: vms, labels: {app: pay, version: v1}}
spec: {containers: [{name: pay, image: pay}]}
`
const OPTIONS = {istioNamespace: 'istio-system', now: new Date('2026-11-20T19:00:00Z')}

function files(text = FILE) {
  return withMachines(filesSource([{label: 'mesh.yaml', bytes: Buffer.from(text)}]))
}

describe('the machine behind a WorkloadEntry', () => {
  test('is a workload of check: objects are judged, and what only the machine shows is not checked', async () => {
    const source = files()
    const targets = await checkTargets(source, [], {})
    const report = await checkReport(source, targets, {...OPTIONS, rules: RULES, failOn: 'warning', deep: true})
    const machine = report.workloads.find(({workload}) => workload.kind === 'WorkloadEntry')
    expect(machine?.findings.map(({code}) => code).sort()).toEqual(['MCT1107', 'MCT1909'])
    const unread = machine?.notChecked.find(({code}) => code === 'MCT1001')
    expect(unread?.gap.detail).toContain('--from ssh:HOST')
    // Pods are judged as before.
    expect(report.workloads.map(({workload}) => workload.kind).sort()).toEqual(['Pod', 'WorkloadEntry'])
  })

  test('is described by its name, and its evidence is that of no pod', async () => {
    const source = files()
    const report = await describeReport(source, {namespace: 'vms', name: 'pay-1'}, OPTIONS)
    expect(await reportText(report, describeView, 200)).toMatch(
      /^WorkloadEntry vms\/pay-1, a machine outside Kubernetes \(10\.0\.0\.5\): ready/,
    )
    const sockets = await source.evidence('net.sockets', {namespace: 'vms', name: 'pay-1'})
    expect(sockets).toMatchObject({ok: false, gap: {reason: 'not-captured'}})
  })

  test('a pod of the same name comes first, by name and in lists', async () => {
    const source = files(FILE.replace('name: pay-2', 'name: pay-1'))
    const named = await source.objects({kind: 'Pod', namespace: 'vms', name: 'pay-1'})
    expect(named.ok && named.value.map(({metadata}) => metadata.ownerReferences)).toEqual([undefined])
    const all = await source.objects({kind: 'Pod'})
    expect(all.ok && all.value).toHaveLength(1)
  })

  test('other lists, and pods selected by labels it has not, are as they were', async () => {
    const source = files()
    const services = await source.objects({kind: 'Service'})
    expect(services.ok && services.value).toHaveLength(1)
    const none = await source.objects({kind: 'Pod', labels: [{key: 'app', operator: 'In', values: ['other']}]})
    expect(none.ok && none.value.some(({metadata}) => metadata.name === 'pay-1')).toBe(false)
  })
})

describe('a machine among the pods of a cluster', () => {
  const DOTTED = FILE.replaceAll('pay-1', 'pay-10.0.0.5-vmnet')
  const live = (text = DOTTED) => {
    const source = filesSource([{label: 'mesh.yaml', bytes: Buffer.from(text)}])
    return {...source, traits: {live: true, complete: true}}
  }

  test('is named by its WorkloadEntry, whose name may hold dots', async () => {
    const named = async (name: string) =>
      (await resolvePods(withListedMachines(live()), {name, namespace: 'vms'})).map(({metadata}) => metadata.name)
    expect(await named('workloadentry/pay-10.0.0.5-vmnet')).toEqual(['pay-10.0.0.5-vmnet'])
    expect(await named('we/pay-10.0.0.5-vmnet.vms')).toEqual(['pay-10.0.0.5-vmnet'])
    expect([...(await named('svc/pay'))].sort()).toEqual(['pay-10.0.0.5-vmnet', 'pay-2'])
  })

  test('where a question reads what runs there, the error says where to ask', async () => {
    await expect(resolvePods(live(), {name: 'we/pay-10.0.0.5-vmnet', namespace: 'vms'})).rejects.toThrow(
      'WorkloadEntry pay-10.0.0.5-vmnet is a machine outside Kubernetes',
    )
  })

  test('is listed for a selector, and not for the workload of a cluster that has its labels', async () => {
    const template = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: pay, namespace: vms}
spec: {selector: {matchLabels: {app: pay}}, template: {metadata: {labels: {app: pay}}, spec: {containers: []}}}
`
    const source = withListedMachines(live(DOTTED + template))
    const selected = await resolvePods(source, {selector: 'app=pay', namespace: 'vms'})
    expect(selected).toHaveLength(2)
    const owned = await resolvePods(source, {name: 'deploy/pay', namespace: 'vms'})
    expect(owned.map(({metadata}) => metadata.name)).toEqual(['pay-2'])
  })

  test('is behind the Service that selects it', async () => {
    const report = await serviceReport(withListedMachines(live()), 'pay', 'vms', OPTIONS)
    expect(report.pods?.map(({workload}) => workload.kind).sort()).toEqual(['Pod', 'WorkloadEntry'])
  })
})
