import {expect, test} from '@jest/globals'
import {patchesType} from '../../../src/analysis/sync-reason/patched-type.js'
import {patchingFilters} from '../../../src/evidence/control-plane/rejected-object.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {memorySource} from '../../support/memory-source.js'

function filter(name: string, namespace: string, applyTo: string, app?: string): KubeObject {
  const workloadSelector = app === undefined ? {} : {workloadSelector: {labels: {app}}}
  const spec = {...workloadSelector, configPatches: [{applyTo, patch: {operation: 'MERGE'}}]}
  return {apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata: {name, namespace}, spec}
}

test('an EnvoyFilter patches the type its patches are applied to, and no other', () => {
  const spec = JSON.stringify(filter('broken', 'shop', 'CLUSTER').spec)
  expect(['CDS', 'LDS', 'RDS', 'ECDS', 'EDS', 'constructor'].filter(type => patchesType(spec, type))).toEqual(['CDS'])
})

test('the suspects of a rejection without a resource are the filters that select the pod and patch the type', async () => {
  const objects = [
    filter('broken', 'shop', 'CLUSTER', 'loop'),
    filter('everywhere', 'istio-system', 'CLUSTER'),
    filter('routes', 'shop', 'HTTP_ROUTE', 'loop'),
    filter('others', 'shop', 'CLUSTER', 'cart'),
    filter('far', 'elsewhere', 'CLUSTER'),
  ]
  const proxy = {namespace: 'shop', rootNamespace: 'istio-system', labels: {app: 'loop'}}
  expect(await patchingFilters(memorySource({objects}), 'CDS', proxy)).toEqual([
    'EnvoyFilter broken.shop',
    'EnvoyFilter everywhere.istio-system',
  ])
})
