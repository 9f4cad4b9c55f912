import {expect, test} from '@jest/globals'
import {warningsIn} from '../../../src/wire/warnings.js'
import {testApi} from '../../support/api-at.js'

// The forms are those of the Kubernetes blog "Warning: Helpful Warnings Ahead" and of RFC 7234, 5.5.
test.each([
  [undefined, []],
  ['299 - "policy/v1beta1 PodDisruptionBudget is deprecated"', ['policy/v1beta1 PodDisruptionBudget is deprecated']],
  ['299 - "one", 299 k8s "two, with a comma"', ['one', 'two, with a comma']],
  ['299 - "says \\"no\\" and \\\\"', ['says "no" and \\']],
  ['299 - "with a date" "Sat, 25 Aug 2012 23:34:45 GMT"', ['with a date']],
  ['110 proxy "Response is stale"', []],
  ['299 - "never ends', []],
  [
    ['299 - "a"', '299 - "b"'],
    ['a', 'b'],
  ],
])('%j', (header, sentences) => {
  expect(warningsIn(header)).toEqual(sentences)
})

test('each sentence of the server is passed on once, whatever call brought it', async () => {
  const served = await testApi((_request, response) => {
    response.setHeader('Warning', ['299 - "would violate PodSecurity \\"restricted:latest\\""', '299 - "old"'])
    response.end('{}')
  })
  await served.api.get({path: '/a'})
  await served.api.send({method: 'PATCH', path: '/b', body: '{}', contentType: 'application/json'})
  expect(served.warnings).toEqual(['would violate PodSecurity "restricted:latest"', 'old'])
  await served.close()
})
