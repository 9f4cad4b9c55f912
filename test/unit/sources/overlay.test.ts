import {expect, test} from '@jest/globals'
import {GATEWAY_API_GATEWAY} from '../../../src/model/kube/kinds.js'
import {overlaySource} from '../../../src/sources/overlay.js'
import {memorySource} from '../../support/memory-source.js'

const named = (apiVersion: string, kind: string) => ({apiVersion, kind, metadata: {namespace: 'demo', name: 'web'}})
const ISTIO = named('networking.istio.io/v1', 'Gateway')
const GATEWAY_API = named('gateway.networking.k8s.io/v1', 'Gateway')

test('a Gateway of the Gateway API is laid beside a Gateway of Istio with the same name, not over it', async () => {
  const laid = overlaySource(memorySource({objects: [ISTIO]}), {apply: [GATEWAY_API], remove: []})
  expect(await laid.objects({kind: 'Gateway'})).toEqual({ok: true, value: [ISTIO]})
  expect(await laid.objects({kind: GATEWAY_API_GATEWAY})).toEqual({ok: true, value: [GATEWAY_API]})
})

test('what is laid over a source counts among the kinds it holds', () => {
  const source = {...memorySource({objects: []}), kinds: () => [{kind: 'Pod', apiVersion: 'v1'}]}
  const laid = overlaySource(source, {apply: [GATEWAY_API], remove: []})
  expect(laid.kinds?.().map(({kind}) => kind)).toEqual(['Pod', 'Gateway'])
})
