import {describe, expect, test} from '@jest/globals'
import {readPolicyRules} from '../../../src/formats/kube/rbac.js'
import {attributesOf} from '../../../src/kubeapi/attributes.js'
import {forbidden, isGranted} from '../../../src/kubeapi/authorizer.js'

function rules(kind: 'Role' | 'ClusterRole', rule: object) {
  return readPolicyRules({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: {name: 'r', ...(kind === 'Role' ? {namespace: 'demo'} : {})},
    rules: [rule],
  } as Parameters<typeof readPolicyRules>[0])
}

const wants = (method: string, path: string, query = '') => {
  const attributes = attributesOf(method, path, new URLSearchParams(query))
  if (attributes === undefined) throw new Error('not a resource request')
  return attributes
}

describe('what a role grants (Kubernetes RBAC)', () => {
  const pods = {apiGroups: [''], resources: ['pods'], verbs: ['get', 'list']}
  test.each([
    ['Role', pods, 'GET', '/api/v1/namespaces/demo/pods', '', true],
    ['Role', pods, 'GET', '/api/v1/namespaces/demo/pods', 'watch=true', false],
    ['Role', pods, 'GET', '/api/v1/namespaces/other/pods', '', false],
    ['Role', pods, 'GET', '/api/v1/pods', '', false],
    ['ClusterRole', pods, 'GET', '/api/v1/pods', '', true],
    ['Role', pods, 'GET', '/api/v1/namespaces/demo/pods/x/log', '', false],
    ['Role', {...pods, resources: ['pods/exec']}, 'GET', '/api/v1/namespaces/demo/pods/x/exec', '', true],
    ['Role', {...pods, resources: ['pods/exec']}, 'POST', '/api/v1/namespaces/demo/pods/x/exec', '', false],
    ['Role', {...pods, resources: ['*/exec'], verbs: ['*']}, 'POST', '/api/v1/namespaces/demo/pods/x/exec', '', true],
    [
      'Role',
      {...pods, resources: ['*'], apiGroups: ['*']},
      'GET',
      '/apis/apps/v1/namespaces/demo/deployments/d',
      '',
      true,
    ],
    ['Role', {...pods, resourceNames: ['x']}, 'GET', '/api/v1/namespaces/demo/pods/x', '', true],
    ['Role', {...pods, resourceNames: ['x']}, 'GET', '/api/v1/namespaces/demo/pods/y', '', false],
    ['Role', {...pods, resourceNames: ['x']}, 'GET', '/api/v1/namespaces/demo/pods', '', false],
    [
      'Role',
      {...pods, resourceNames: ['x']},
      'GET',
      '/api/v1/namespaces/demo/pods',
      'fieldSelector=metadata.name%3Dx',
      true,
    ],
  ] as const)('%s %j: %s %s %s is %s', (kind, rule, method, path, query, granted) => {
    expect(isGranted(rules(kind, rule), wants(method, path, query))).toBe(granted)
  })

  test.each(['/version', '/apis', '/api/v1', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'])(
    '%s is open to every user',
    path => expect(attributesOf('GET', path, new URLSearchParams())).toBeUndefined(),
  )

  // The words of an API server (apiserver/pkg/endpoints/handlers/responsewriters, forbiddenMessage).
  test.each([
    [
      'GET',
      '/api/v1/namespaces/demo/pods',
      'pods is forbidden: User "meshctl" cannot list resource "pods" in API group "" in the namespace "demo"',
    ],
    [
      'GET',
      '/apis/networking.istio.io/v1/gateways',
      'gateways.networking.istio.io is forbidden: User "meshctl" cannot list resource "gateways" in API group "networking.istio.io" at the cluster scope',
    ],
    [
      'POST',
      '/api/v1/namespaces/demo/pods/x/exec',
      'pods "x" is forbidden: User "meshctl" cannot create resource "pods/exec" in API group "" in the namespace "demo"',
    ],
  ])('the refusal of %s %s', (method, path, message) => {
    expect(forbidden(wants(method, path)).status).toMatchObject({code: 403, reason: 'Forbidden', message})
  })
})
