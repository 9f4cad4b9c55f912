import {describe, expect, test} from '@jest/globals'
import {modeFact} from '../../../src/analysis/pod-mode/mode-evidence.js'
import {readPod} from '../../../src/formats/kube-pod/parse.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import type {PodModel} from '../../../src/model/kube/pod.js'

function pod(labels: object, annotations: object, spec: object = {}): PodModel {
  const object = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {name: 'a', namespace: 'shop', labels, annotations},
    spec: {containers: [{name: 'app'}], ...spec},
  } as unknown as KubeObject
  const model = readPod(object)
  if (model === undefined) throw new Error('no pod')
  return model
}

const ENABLED = {'ambient.istio.io/redirection': 'enabled'}
const AMBIENT = {'istio.io/dataplane-mode': 'ambient'}
const NONE = {'istio.io/dataplane-mode': 'none'}
const SIDECAR = {containers: [{name: 'app'}, {name: 'istio-proxy', args: ['proxy', 'sidecar']}]}

describe('how a pod takes part in the mesh', () => {
  test('all evidence agrees on ambient', () => {
    const fact = modeFact(pod({}, ENABLED), {
      namespaceLabels: AMBIENT,
      chains: ['ISTIO_PRERT', 'ISTIO_OUTPUT'],
      listening: [9080, 15_001, 15_006, 15_008, 15_053],
    })
    expect(fact).toMatchObject({mode: 'ambient', disagreements: []})
    expect(fact.claims.map(({from, says}) => `${from} ${says}`)).toEqual([
      'label ambient',
      'annotation ambient',
      'kernel rules ambient',
      'sockets ambient',
    ])
  })

  test('annotated, but rules and sockets are gone', () => {
    const {mode, disagreements} = modeFact(pod({}, ENABLED), {chains: [], listening: [9080]})
    expect(mode).toBe('ambient')
    expect(disagreements).toEqual([
      'kernel rules: no rules of Istio; by its annotation the pod is in ambient mode, by this outside the mesh.',
      'sockets: nothing listens on ports of ztunnel or a sidecar; by its annotation the pod is in ambient mode, by this outside the mesh.',
    ])
  })

  test('what istiod tells ztunnels and the set for probes are evidence, too', () => {
    const istiod = {name: 'istiod-1'}
    const hbone = {name: 'a', namespace: 'shop', hbone: true, nativeTunnel: false}
    const asked = (evidence: Parameters<typeof modeFact>[1]) => modeFact(pod({}, ENABLED), evidence).disagreements
    expect(asked({istiod: {...istiod, workload: hbone}, inProbeSet: true})).toEqual([])
    expect(asked({istiod, inProbeSet: false})).toEqual([
      "node: the pod is not in istio-cni's set for probes; by its annotation the pod is in ambient mode, by this outside the mesh.",
      'istiod istiod-1: it sends no ztunnel the pod; by its annotation the pod is in ambient mode, by this outside the mesh.',
    ])
    expect(asked({istiod: {...istiod, workload: {...hbone, hbone: false}}})).toEqual([
      'istiod istiod-1: it tells ztunnels: plaintext TCP; by its annotation the pod is in ambient mode, by this outside the mesh.',
    ])
    // A pod with a sidecar has no place in the set.
    expect(modeFact(pod({}, {}, SIDECAR), {inProbeSet: false}).disagreements).toEqual([])
    expect(modeFact(pod({}, {}, SIDECAR), {istiod: {...istiod, workload: {...hbone, nativeTunnel: true}}}).mode).toBe(
      'sidecar',
    )
  })

  test.each([
    [pod(NONE, {}), AMBIENT, 'label istio.io/dataplane-mode=none of the pod opts it out'],
    [pod({}, {}, {hostNetwork: true}), AMBIENT, 'it uses the host network, which istio-cni does not redirect'],
    [
      pod({}, {}),
      AMBIENT,
      'although istio.io/dataplane-mode=ambient of Namespace shop, istio-cni has not redirected it',
    ],
    [pod(AMBIENT, {}), {}, 'although istio.io/dataplane-mode=ambient of the pod, istio-cni has not redirected it'],
    [pod({}, {}), {}, undefined],
  ])('outside, and why', (given, namespaceLabels, because) => {
    expect(modeFact(given, {namespaceLabels})).toMatchObject({
      mode: 'outside',
      ...(because === undefined ? {} : {because}),
    })
  })

  test('pending is neither in nor out', () => {
    const {claims} = modeFact(pod(AMBIENT, {'ambient.istio.io/redirection': 'pending'}), {})
    expect(claims.at(-1)).toMatchObject({from: 'annotation', says: 'unfinished'})
  })

  test('a sidecar, and both wrongly', () => {
    const rules = {chains: ['ISTIO_INBOUND', 'ISTIO_REDIRECT'], listening: [15_000, 15_001, 15_006, 15_008]}
    expect(modeFact(pod({}, {}, SIDECAR), {...rules, namespaceLabels: AMBIENT})).toMatchObject({
      mode: 'sidecar',
      disagreements: [],
    })
    expect(modeFact(pod({}, ENABLED, SIDECAR), {}).disagreements).toEqual([
      'The pod has a sidecar and is redirected to ztunnel as well.',
    ])
  })
})
