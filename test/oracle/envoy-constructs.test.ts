import {describe, expect} from '@jest/globals'
import {hasEnvoy, hasOpenssl} from '../support/envoy-oracle/envoy.js'
import {skipUnless} from '../support/skip-unless.js'
import {scoreConstructs} from './envoy-constructs.js'

/** What is left open, by the construct that is named. */
const OPEN = [
  'HTTP/2 to the upstream',
  'cluster type envoy.clusters.aggregate',
  'hedged requests',
  'how many tokens are left for a descriptor of a local rate limit',
  'internal addresses',
  'retriable_headers',

  'the passwords of basic_auth, which are not in the dump',
  'which weighted cluster is taken',
]

describe('a real Envoy', () => {
  const {test} = skipUnless(hasEnvoy() && hasOpenssl(), 'envoy and openssl')
  test('ends the requests of each construct as it is said', async () => {
    const scores = await scoreConstructs()
    expect(scores.flatMap(({name, wrong}) => wrong.map(each => `${name}: ${each}`))).toEqual([])
    expect(scores.reduce((sum, {right}) => sum + right, 0)).toBeGreaterThan(165)
    const reasons = scores.flatMap(({undecided}) => undecided.map(({reason}) => reason))
    expect([...new Set(reasons)].sort()).toEqual(OPEN)
  }, 120_000)
})
