import {describe, expect, test} from '@jest/globals'
import {flatFields} from '../../../src/formats/log-line/nested-fields.js'
import {parseLogLine} from '../../../src/formats/log-line/parse.js'
import {joinedRecords} from '../../../src/formats/wrapped-text/joined-records.js'

describe('records of clouds and collectors', () => {
  test.each([
    ['Envoy, at the top', {response_code: 503, response_flags: 'UH', upstream_cluster: 'c'}],
    ['a list of flags', {response_code: 503, response_flags: ['UH'], upstream_cluster: 'c'}],
    ['Google Cloud', {httpRequest: {status: 503}, labels: {response_flag: 'UH', upstream_cluster: 'c'}}],
    ['Elasticsearch', {_index: 'x', _source: {response_code: '503', response_flags: 'UH', upstream_cluster: 'c'}}],
    [
      'OpenTelemetry',
      {
        attributes: [
          {key: 'response_code', value: {intValue: '503'}},
          {key: 'response_flags', value: {stringValue: 'UH'}},
          {key: 'upstream_cluster', value: {stringValue: 'c'}},
        ],
      },
    ],
    [
      "Envoy's access log service",
      {
        common_properties: {response_flags: {no_healthy_upstream: true}, upstream_cluster: 'c'},
        response: {response_code: 503},
      },
    ],
  ])('%s', (_, record) => {
    expect(parseLogLine(JSON.stringify(record))).toMatchObject({code: '503', flags: ['UH'], cluster: 'c'})
  })

  test('the outer of two fields counts, and names of prototypes do no harm', () => {
    expect(flatFields({a: 1, b: {a: 2, c: 3}})).toMatchObject({a: 1, c: 3})
    flatFields(JSON.parse('{"x": {"__proto__": {"polluted": true}}}'))
    expect(({} as {polluted?: boolean}).polluted).toBeUndefined()
  })

  test('a record over several lines is one line, numbered by its first; objects of Kubernetes and broken ones stay as they are', () => {
    const text = 'x\n{\n  "a": 1\n},\ny\n{\n  "apiVersion": "v1"\n}\n{\n  "b"\n}'
    const plain = text.split('\n')
    expect(joinedRecords(text)).toEqual([
      {number: 1, text: 'x'},
      {number: 2, text: '{"a":1}'},
      ...plain.slice(4).map((line, at) => ({number: at + 5, text: line})),
    ])
  })
})
