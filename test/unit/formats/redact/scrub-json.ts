import {expect, test} from '@jest/globals'
import {scrubJson} from '../../../../src/formats/redact/scrub.js'
import {oracleSize} from '../../../support/oracle-size.js'
import {seeded} from '../../../support/seeded.js'

/** What a secret is made of, so that a trace of it is found. */
export const CANARY = 'CANARY9d2f71'

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

/** Hides secrets in `usual` random documents; SCRUB_SEED and SCRUB_SHARE choose others, and more or fewer. */
export function secretsInDocuments(usual: number): void {
  const size = oracleSize('SCRUB', {seed: 7, count: usual})
  test(`none stays, whatever it is made of, however the document is laid out, and however often it is wrapped as text; all else stays (${size.again})`, () => {
    const next = seeded(size.seed)
    const noise = () => Array.from({length: next(5)}, () => NOISE[next(NOISE.length)]).join('')
    for (let n = 0; n < size.count; n++) {
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
}
