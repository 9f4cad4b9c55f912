import {expect, test} from '@jest/globals'
import {namedWaypoint} from '../../../src/model/istio/waypoint.js'

const USE = 'istio.io/use-waypoint'
const FROM = 'istio.io/use-waypoint-namespace'

// istio.io, "Configure waypoint proxies": the label of the object counts before that of its namespace, `none` opts out.
test.each([
  [{}, {}, undefined],
  [{[USE]: 'own'}, {}, {name: 'own', namespace: 'shop'}],
  [{[USE]: 'own'}, {[USE]: 'wide', [FROM]: 'infra'}, {name: 'own', namespace: 'shop'}],
  [{[USE]: 'own', [FROM]: 'infra'}, {}, {name: 'own', namespace: 'infra'}],
  [{}, {[USE]: 'wide'}, {name: 'wide', namespace: 'shop'}],
  [{}, {[USE]: 'wide', [FROM]: 'infra'}, {name: 'wide', namespace: 'infra'}],
  [{[USE]: 'none'}, {[USE]: 'wide'}, undefined],
])('labels %j in a namespace with %j name %j', (labels, namespaceLabels, expected) => {
  expect(namedWaypoint(labels, namespaceLabels, 'shop')).toEqual(expected)
})
