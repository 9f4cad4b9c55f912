import {beforeAll, describe, expect, test} from '@jest/globals'
import {egressReport} from '../../../src/reports/egress/report.js'
import {missingServiceEntry} from '../../../src/reports/egress/service-entry.js'
import type {Source} from '../../../src/sources/source.js'
import {resolveSubject} from '../../../src/sources/subject.js'
import {sampleSource} from '../../support/sample.js'

let sample: Source

beforeAll(async () => {
  sample = await sampleSource()
})

async function asked(workload: string, to?: string) {
  const {pod} = await resolveSubject(sample, {name: workload, namespace: 'demo'})
  return await egressReport(sample, pod, to, 'istio-system')
}

describe('what a pod may call outside the mesh', () => {
  test('REGISTRY_ONLY of its Sidecar blocks an unknown host, and the ServiceEntry that lets it through is given', async () => {
    const report = await asked('deploy/sleep', 'http://www.example.com/')
    expect(report).toMatchObject({
      failing: true,
      mode: 'REGISTRY_ONLY',
      declared: 'REGISTRY_ONLY',
      declaredBy: {kind: 'Sidecar', namespace: 'demo', name: 'sleep-scope'},
    })
    // What data/traffic records of such requests of sleep: 502 by the proxy.
    expect(report.asked?.branches[0]).toMatchObject({outcome: 'answered', status: 502})
    expect(report.patch?.yaml).toContain('- www.example.com\n')
    expect(report.patch?.also).toEqual([])
  })

  test('ALLOW_ANY of the mesh passes an unknown address on', async () => {
    const report = await asked('deploy/productpage-v1', '93.184.216.34:443')
    expect(report).toMatchObject({failing: false, mode: 'ALLOW_ANY', declaredBy: undefined, patch: undefined})
    expect(report.asked?.branches[0]).toMatchObject({outcome: 'delivered', cluster: 'PassthroughCluster'})
  })

  test('without a host the mode and what applies are listed', async () => {
    const report = await asked('deploy/sleep')
    expect(report.asked).toBeUndefined()
    expect(report.serviceEntries.map(each => each.object.name)).toContain('external')
  })
})

describe('the ServiceEntry to add', () => {
  test('of an address has it as address, and a host name that Kubernetes accepts', () => {
    const {yaml} = missingServiceEntry('tcp://203.0.113.9:9000', 'demo', undefined)
    expect(yaml).toContain('  - 203.0.113.9\n')
    expect(yaml).toContain('resolution: NONE')
    expect(yaml).toContain('protocol: TCP')
    expect(yaml).toContain('name: 203-0-113-9\n')
  })

  test('says what else keeps it out: a Sidecar that does not import the namespace', () => {
    const object = {kind: 'Sidecar', namespace: 'demo', name: 'narrow'}
    const sidecar = {object, egress: ['istio-system/*'], outboundPolicy: '', ingress: []}
    expect(missingServiceEntry('https://a.example', 'demo', sidecar).also).toHaveLength(1)
  })
})
