import {describe, expect, test} from '@jest/globals'
import {heldKinds, objectStore} from '../../../src/kubeapi/store.js'
import {memorySource} from '../../support/memory-source.js'

const source = memorySource({})

/**
 * What `istioctl analyze` 1.31 watches (pkg/config/analysis/analyzers, manifests/charts/base/files/crd-all.gen.yaml, Gateway API 1.6): it waits for ever
 * for a list that is not served.
 */
const WATCHED = [
  ...['networking.istio.io/v1/destinationrules', 'networking.istio.io/v1/gateways', 'networking.istio.io/v1/sidecars'],
  ...['networking.istio.io/v1/serviceentries', 'networking.istio.io/v1/virtualservices'],
  ...['networking.istio.io/v1/workloadentries', 'networking.istio.io/v1/workloadgroups'],
  ...['networking.istio.io/v1alpha3/envoyfilters', 'networking.istio.io/v1beta1/proxyconfigs'],
  ...['security.istio.io/v1/authorizationpolicies', 'security.istio.io/v1/peerauthentications'],
  ...['security.istio.io/v1/requestauthentications', 'telemetry.istio.io/v1/telemetries'],
  ...['extensions.istio.io/v1alpha1/wasmplugins', 'extensions.istio.io/v1alpha1/trafficextensions'],
  ...['gateway.networking.k8s.io/v1/gateways', 'gateway.networking.k8s.io/v1/httproutes'],
  ...['admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', 'apps/v1/deployments', '/v1/configmaps'],
  ...['/v1/endpoints', '/v1/namespaces', '/v1/pods', '/v1/services', '/v1/secrets'],
  ...['apiextensions.k8s.io/v1/customresourcedefinitions', 'discovery.k8s.io/v1/endpointslices'],
].map(path => path.split('/') as [string, string, string])

test.each(WATCHED)('istioctl analyze gets a list of %s %s %s', async (group, version, resource) => {
  const store = objectStore(source, heldKinds(source), true)
  const found = store.resourceAt({group, version, resource})
  expect(found?.resource).toBe(resource)
  if (found !== undefined) expect(await store.list(found, undefined)).toEqual([])
})

test('a kind of a release to come is served by its CustomResourceDefinition', async () => {
  const coming = {
    ...{group: 'extensions.istio.io', kind: 'Later', resource: 'laters', versions: ['v1'], namespaced: true},
    ...{shortNames: [], categories: [], subresources: [], held: false},
  }
  const store = objectStore(source, heldKinds(source), true, [coming])
  const found = store.resourceAt({group: coming.group, version: 'v1', resource: 'laters'})
  expect(found?.kind).toBe('Later')
  if (found !== undefined) expect(await store.list(found, undefined)).toEqual([])
})

describe('lists that were not captured', () => {
  test.each(['Secret', 'Service', 'CustomResourceDefinition'])(
    '%s: refused, and empty only when the user asked for that',
    async kind => {
      const strict = objectStore(source, heldKinds(source))
      const lenient = objectStore(source, heldKinds(source), true)
      const resource = strict.resources.find(each => each.kind === kind)
      expect(resource).toBeDefined()
      if (resource === undefined) return
      await expect(strict.list(resource, undefined)).rejects.toMatchObject({name: 'ApiFailure'})
      expect(await lenient.list(resource, undefined)).toEqual([])
      await expect(lenient.get(resource, 'demo', 'x')).rejects.toMatchObject({name: 'ApiFailure'})
    },
  )
})
