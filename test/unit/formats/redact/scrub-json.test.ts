import {describe, expect, test} from '@jest/globals'
import {scrubJson} from '../../../../src/formats/redact/scrub.js'

const CANARY = 'CANARY9d2f71'

/** The same numbers every time. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % below
  }
}

/** Places a secret stands in, as Envoy, Istio and Kubernetes write them. */
const PLACES: readonly ((secret: string) => object)[] = [
  secret => ({private_key: secret}),
  secret => ({tls_certificate: {private_key: {inline_string: secret}, certificate_chain: {inline_string: 'public'}}}),
  secret => ({private_key: {inline_bytes: secret}}),
  secret => ({generic_secret: {secret: {inline_string: secret}}}),
  secret => ({session_ticket_keys: {keys: [{inline_string: secret}]}}),
  secret => ({password: secret}),
  secret => ({tracing: {lightstep: {accessToken: secret}}}),
  secret => ({oauth: {client_secret: secret, client_id: 'public'}}),
  secret => ({headers: [{key: 'authorization', value: secret}]}),
  secret => ({headers: [{value: secret, name: 'Authorization'}]}),
  secret => ({headers: {authorization: secret, 'x-plain': 'public'}}),
  secret => ({annotations: {'kubectl.kubernetes.io/last-applied-configuration': secret}}),
]
const NOISE = ['"', '\\', ' ', '{', '}', '[', ']', ',', ':', '\n', '\t', 'é', '/', '=', 'a']

describe('secrets in documents', () => {
  test('none stays, whatever it is made of, however the document is laid out, and however often it is wrapped as text; all else stays', () => {
    const next = numbers(7)
    const noise = () => Array.from({length: next(5)}, () => NOISE[next(NOISE.length)]).join('')
    for (let n = 0; n < 5000; n++) {
      const place = PLACES[next(PLACES.length)] as (secret: string) => object
      const spaces = [0, 1, 2, 4][next(4)]
      const beside = noise()
      let text = JSON.stringify({first: beside, ...place(noise() + CANARY + noise()), last: 'kept'}, null, spaces)
      let clean = scrubJson(text)
      expect(clean).not.toContain(CANARY)
      const document = JSON.parse(clean) as {first: string; last: string}
      expect([document.first, document.last]).toEqual([beside, 'kept'])
      expect(clean.split('\n').length).toBe(text.split('\n').length)
      for (let depth = 0; depth < 3; depth++) {
        text = JSON.stringify({inner: text, beside})
        clean = scrubJson(text)
        expect(clean).not.toContain(CANARY)
        expect((JSON.parse(clean) as {beside: string}).beside).toBe(beside)
      }
      expect(scrubJson(clean)).toBe(clean)
    }
  })

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
