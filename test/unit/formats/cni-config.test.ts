import {describe, expect, test} from '@jest/globals'
import {readCniConfig} from '../../../src/formats/istio/istio-config-maps.js'

function config(data: Record<string, unknown>) {
  const metadata = {name: 'istio-cni-config', namespace: 'kube-system'}
  return readCniConfig({apiVersion: 'v1', kind: 'ConfigMap', metadata, data} as Parameters<typeof readCniConfig>[0])
}

describe('the settings of the CNI plugin', () => {
  test('a comma list, as newer charts write it', () => {
    expect(config({EXCLUDED_NAMESPACES: 'istio-system, kube-system'})).toEqual({
      excludedNamespaces: ['istio-system', 'kube-system'],
      from: 'ConfigMap kube-system/istio-cni-config data.EXCLUDED_NAMESPACES',
    })
    expect(config({EXCLUDED_NAMESPACES: ''}).excludedNamespaces).toEqual([])
  })

  test('the list in the CNI configuration, at its top or below kubernetes', () => {
    const inner = (value: unknown) => config({cni_network_config: JSON.stringify(value)}).excludedNamespaces
    expect(inner({exclude_namespaces: ['istio-system']})).toEqual(['istio-system'])
    expect(inner({kubernetes: {exclude_namespaces: ['kube-system']}})).toEqual(['kube-system'])
  })

  test.each([
    ['nothing', {}],
    ['text that is not JSON', {cni_network_config: '{'}],
    ['JSON of another kind', {cni_network_config: '[]'}],
    ['a number', {EXCLUDED_NAMESPACES: 7}],
  ])('%s does not say', (_name, data) => {
    expect(config(data).excludedNamespaces).toBeUndefined()
  })
})
