import {describe, expect, test} from '@jest/globals'
import {embeddedManifests} from '../../../src/formats/kube-manifest/embedded.js'

const REST = ['metadata:', '  name: a', 'spec:', '  containers:', '  - name: app', '    image: app:1']

describe('objects among other lines', () => {
  test('the fields beside the first one belong to the object', () => {
    expect(embeddedManifests(['see below', 'kind: Pod', 'apiVersion: v1', ...REST].join('\n'))).toBe(
      ['', 'kind: Pod', 'apiVersion: v1', ...REST].join('\n'),
    )
  })

  test.each(['apiVersion:Version:r.local::10.244.0.5:9080', 'kind:Pod', 'metadata:{'])(
    'a line %j before it is none of its fields, and reading comes to an end',
    line => {
      expect(embeddedManifests([line, 'kind: Pod', ...REST].join('\n'))).toBe(['', 'kind: Pod', ...REST].join('\n'))
    },
  )
})
