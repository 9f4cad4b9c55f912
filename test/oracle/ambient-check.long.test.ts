import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {podMode} from '../../src/analysis/pod-mode/pod-mode.js'
import {readModeFact} from '../../src/evidence/ambient/pod-mode-fact.js'
import {listOf} from '../../src/formats/decode.js'
import {readPod} from '../../src/formats/kube-pod/parse.js'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import {checkReport} from '../../src/reports/check/report.js'
import {checkTargets} from '../../src/reports/check/targets/targets.js'
import {serviceReport} from '../../src/reports/describe/service-report.js'
import {serviceView} from '../../src/reports/describe/service-view.js'
import {RULES} from '../../src/rules/registry.js'
import {overlaySource} from '../../src/sources/overlay.js'
import type {Source} from '../../src/sources/source.js'
import {renderDoc} from '../../src/terminal/render.js'
import {ambientCapture} from '../support/ambient-capture.js'
import {captureSource} from '../support/mesh-capture.js'
import {SHARED, sharedTest} from '../support/shared-data.js'

const NOW = new Date('2026-11-30T00:57:00Z')
const OPTIONS = {rules: RULES, failOn: 'warning', istioNamespace: 'istio-system', deep: true, now: NOW} as const
/** Workloads of the recording that nothing was done to. */
const HEALTHY = ['api-v1', 'api-v2', 'client', 'client2', 'db', 'direct', 'l4', 'probed', 'strict', 'early', 'srv']
/** What was made wrong on purpose, and the rule that names it. */
const MADE: readonly (readonly [workload: string, code: string])[] = [
  ['brokenwp', 'MCT1610'],
  ['missingwp', 'MCT1610'],
  ['flushed', 'MCT1611'],
  ['flushed-mangle', 'MCT1611'],
  ['bypass', 'MCT1605'],
  ['nodns', 'MCT1609'],
  ['loopback', 'MCT1501'],
  ['port-15008', 'MCT1105'],
  ['l7nowp', 'MCT1607'],
  ['web-v1', 'MCT1607'],
]

async function recorded(): Promise<Source> {
  return await captureSource(
    ambientCapture(join(SHARED, 'ambient'), {moment: '2-policy', capturedAt: '2026-11-30T00:57:00Z', unredacted: true}),
  )
}

describe('an ambient mesh as it was recorded', () => {
  sharedTest('check names every state that was made, and nothing of healthy pods', async () => {
    const source = await recorded()
    const {workloads} = await checkReport(source, await checkTargets(source, [], {allNamespaces: true}), OPTIONS)
    const codesOf = (name: string) =>
      workloads
        .filter(({workload}) => workload.name === name)
        .flatMap(({findings}) => findings.filter(({severity}) => severity !== 'info').map(({code}) => code))
    for (const name of HEALTHY) expect([name, codesOf(name)]).toEqual([name, []])
    for (const [name, code] of MADE) expect([name, codesOf(name)]).toEqual([name, expect.arrayContaining([code])])
  })

  sharedTest(
    'a pod that the missing CNI agent keeps from starting is named, with the words of the kubelet',
    async () => {
      const moment = '5-without-cni-agent'
      const folder = join(SHARED, 'ambient')
      const capture = ambientCapture(folder, {moment, capturedAt: '2026-11-30T01:04:00Z', unredacted: true})
      const file = join(folder, 'moments', moment, 'events-FailedCreatePodSandBox.json')
      const read: unknown = JSON.parse(readFileSync(file, 'utf8'))
      const apply = (Array.isArray(read) ? read : listOf(read, 'items')) as readonly KubeObject[]
      const source = overlaySource(await captureSource(capture), {apply, remove: []})
      const options = {...OPTIONS, now: new Date('2026-11-30T01:04:00Z')}
      const {workloads} = await checkReport(source, await checkTargets(source, [], {allNamespaces: true}), options)
      const findings = workloads.filter(({workload}) => workload.name === 'nocni').flatMap(each => each.findings)
      expect(findings.map(({code}) => code)).toContain('MCT1425')
      expect(findings.find(({code}) => code === 'MCT1425')?.message).toContain('plugin type="istio-cni"')
    },
  )

  sharedTest('the evidence of each pod agrees on its mode, except where rules were removed', async () => {
    const source = await recorded()
    const pods = await source.objects({kind: 'Pod', namespace: 'amb'})
    const found: string[] = []
    for (const object of pods.ok ? pods.value : []) {
      const pod = readPod(object)
      if (
        pod === undefined ||
        !['none', 'ambient', 'sidecar'].includes(podMode(pod)) ||
        pod.status?.phase !== 'Running'
      )
        continue
      const fact = await readModeFact(source, pod, 'istio-system')
      found.push(
        `${pod.workload.name} ${fact.mode}${fact.disagreements.length === 0 ? '' : ` (${fact.disagreements.length})`}`,
      )
    }
    const ambient = (name: string) => `${name} ambient`
    expect(found.sort()).toEqual(
      [
        ...[
          'api-v1',
          'api-v2',
          'brokenwp',
          'bypass',
          'client',
          'client2',
          'db',
          'db',
          'direct',
          'flushed-mangle',
          'l4',
        ],
        ...[
          'l7nowp',
          'loopback',
          'missingwp',
          'nodns',
          'port-15008',
          'probed',
          'strict',
          'tcp-echo',
          'web-v1',
          'web-v2',
        ],
      ]
        .map(ambient)
        .concat(
          // Made after ztunnel, istiod and the ipset of this moment were asked.
          ...['natnft', 'newcomer', 'nocni'].map(name => `${name} ambient (3)`),
          'flushed ambient (1)',
          'hostnet outside',
          'optout outside',
          'side sidecar',
        )
        .sort(),
    )
  })

  sharedTest.each([
    ['2-policy', 24],
    ['6-nft', 2],
    ['7-native-nftables', 1],
  ])('in-pod rules of moment %s equal those computed, except where they were removed', async (moment, pods) => {
    const source = await captureSource(
      ambientCapture(join(SHARED, 'ambient'), {moment, capturedAt: '2026-11-30T01:10:00Z'}),
    )
    const only = RULES.filter(({code}) => code === 'MCT1320')
    const {workloads} = await checkReport(source, await checkTargets(source, [], {allNamespaces: true}), {
      ...OPTIONS,
      rules: only,
      failOn: 'info',
    })
    const judged = workloads.filter(({passed, findings}) => passed + findings.length > 0)
    expect(judged.length).toBe(pods)
    expect(judged.filter(({findings}) => findings.length > 0).map(({workload}) => workload.name)).toEqual(
      moment === '2-policy' ? ['flushed', 'flushed-mangle'] : [],
    )
  })

  sharedTest('describe shows the waypoint of a Service with its policies', async () => {
    const report = await serviceReport(await recorded(), 'api', 'amb', {istioNamespace: 'istio-system', now: NOW})
    const text = renderDoc(serviceView.doc(report, 'table'), {width: 120, colour: false, headers: true})
    expect(text).toContain('waypoint waypoint.amb, for clients in the ambient mesh: ready')
    expect(text).toContain('AuthorizationPolicy api-deny-admin.amb: DENY, 1 rule; enforced by the waypoint')
    expect(text).toContain('HTTPRoute api.amb, which a waypoint applies\n')
    const web = await serviceReport(await recorded(), 'web', 'amb', {istioNamespace: 'istio-system', now: NOW})
    expect(renderDoc(serviceView.doc(web, 'table'), {width: 160, colour: false, headers: true})).toContain(
      'HTTPRoute web-nowp.amb; NOT applied for clients in ambient mode: no waypoint serves the Service',
    )
  })
})
