import {describe, expect, test} from '@jest/globals'
import {explainedBySidecar} from '../../../src/evidence/pod/no-sidecar.js'
import {UserError} from '../../../src/model/evidence/user-error.js'
import {clusterReport} from '../../../src/reports/clusters/report.js'
import {iptablesWithDriftReport} from '../../../src/reports/iptables/drift-report.js'
import {logLevelReport} from '../../../src/reports/log-levels/report.js'
import {serverInfoReport} from '../../../src/reports/server-info/report.js'
import type {Source} from '../../../src/sources/source.js'
import {resolveSubject} from '../../../src/sources/subject.js'
import {memorySource} from '../../support/memory-source.js'
import {sampleSource} from '../../support/sample.js'

const REPORTS: Readonly<Record<string, (source: Source, pod: {namespace: string; name: string}) => Promise<unknown>>> =
  {
    'proxy-config': (source, pod) => clusterReport(source, pod, {}),
    'server-info': serverInfoReport,
    iptables: iptablesWithDriftReport,
    'proxy-config log': (source, pod) => logLevelReport(source, [pod]),
  }

async function explained(source: Source, pod: {namespace: string; name: string}, name: string): Promise<UserError> {
  const error = await REPORTS[name]?.(source, pod).then(
    () => undefined,
    (caught: unknown) => caught,
  )
  const shown = await explainedBySidecar(error, source, pod)
  if (shown instanceof UserError) return shown
  throw new Error('no error for a person')
}

function podWith(more: {labels?: object; containers?: object[]}, namespaceLabels: object) {
  const {labels = {}, containers = [{name: 'app'}]} = more
  return memorySource({
    objects: [
      {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'p', namespace: 'demo', labels}, spec: {containers}},
      {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'demo', labels: namespaceLabels}},
    ].map(object => JSON.parse(JSON.stringify(object))),
  })
}

describe('missing evidence of a pod without a sidecar', () => {
  test.each(Object.keys(REPORTS))('%s: the sample says why there is none', async name => {
    const source = await sampleSource()
    const {pod} = await resolveSubject(source, {name: 'deploy/sick-noinject-v1', namespace: 'demo'})
    const error = await explained(source, pod, name)
    expect(error.message).toBe(`${pod.name}.demo has no sidecar: its label sidecar.istio.io/inject is "false"`)
    expect(`${error.hint} ${error.next}`).not.toContain('offers')
  })

  test.each([
    [{}, {}, ': namespace demo has no injection label'],
    [{}, {'istio-injection': 'disabled'}, ': namespace demo has the label istio-injection=disabled'],
    [{}, {'istio-injection': 'enabled'}, ''],
  ])('the namespace may tell: %j %j', async (pod, namespace, why) => {
    const error = await explained(podWith(pod, namespace), {namespace: 'demo', name: 'p'}, 'server-info')
    expect(error.message).toBe(`p.demo has no sidecar${why}`)
  })

  test.each(['Succeeded', 'Failed'])(
    'a pod that has finished (%s) is called finished, whatever failed on the way to it',
    async phase => {
      const containers = [{name: 'istio-proxy', args: ['proxy', 'sidecar']}]
      const gap = {what: 'Envoy', reason: 'unreachable', detail: 'the WebSocket was refused on the way'} as const
      const source = memorySource({
        objects: [
          {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: {name: 'p', namespace: 'demo'},
            spec: {containers},
            status: {phase},
          },
        ],
        evidence: {'envoy.config_dump': gap},
      })
      const error = await explained(source, {namespace: 'demo', name: 'p'}, 'proxy-config')
      expect(error.message).toBe(`p.demo has finished (${phase}): its containers no longer run`)
      expect(error.next).toBe('kubectl logs -n demo p -c istio-proxy')
    },
  )

  test('a pod that has one keeps the error about the evidence', async () => {
    const containers = [{name: 'istio-proxy', args: ['proxy', 'sidecar']}]
    const error = await explained(podWith({containers}, {}), {namespace: 'demo', name: 'p'}, 'server-info')
    expect(error.message).toContain('not captured')
  })
})
