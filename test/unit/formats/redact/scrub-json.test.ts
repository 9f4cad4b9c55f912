import {describe, expect, test} from '@jest/globals'
import {scrubJson} from '../../../../src/formats/redact/scrub.js'
import {CANARY, secretsInDocuments} from './scrub-json.js'

describe('secrets in documents', () => {
  secretsInDocuments(1000)

  test('names alone, numbers and empty text are left as they are', () => {
    const text = JSON.stringify({
      private_key: '',
      token: 7,
      keys: [{inline_string: ''}],
      password: {filename: '/etc/password'},
      secret: {name: 'default', sds_config: {}},
      key: 'authorization',
      name: 'x',
      value: 'public',
    })
    expect(scrubJson(text)).toBe(text)
  })

  test('public parts beside a private one stay', () => {
    const clean = scrubJson(
      JSON.stringify({
        tls_certificate: {certificate_chain: {inline_bytes: 'UFVCTElD'}, private_key: {inline_bytes: 'UFJJVkFURQ=='}},
      }),
    )
    expect(JSON.parse(clean)).toEqual({
      tls_certificate: {certificate_chain: {inline_bytes: 'UFVCTElD'}, private_key: {inline_bytes: 'W3JlZGFjdGVkXQ=='}},
    })
  })

  test('a document cut off anywhere is cleaned as far as it goes, and never throws', () => {
    const text = JSON.stringify({
      a: [{private_key: {inline_string: CANARY.repeat(3)}}],
      b: {headers: [{key: 'authorization', value: `Bearer ${CANARY.repeat(3)}`}]},
    })
    for (let end = 0; end <= text.length; end++) expect(scrubJson(text.slice(0, end))).not.toContain(CANARY)
  })
})
