import {expect, test} from '@jest/globals'
import {decideByObjects} from '../../../src/analysis/authorization/decide.js'
import {everyTrustDomain, inEveryTrustDomain} from '../../../src/istiod/rbac/trust-domains.js'
import {authzCases} from '../../support/authz-cases.js'
import {byFilters} from '../../support/authz-filters.js'
import {authzRequest} from '../../support/authz-requests.js'
import {seeded} from '../../support/seeded.js'
import {hasShared} from '../../support/shared-data.js'
import {skipUnless} from '../../support/skip-unless.js'

const {describe: withCases} = skipUnless(hasShared('authz'), 'the policies in ../shared/data/authz')
const NONE = [{name: 'none', tcp: false, policies: [], filters: [], peerByFilterState: false, trustDomains: []}]
const REQUESTS = 100

withCases('the policies as objects and the filters istiod made of them say the same', () => {
  const found = authzCases()
  test.each(found.length === 0 ? NONE : found)('$name', ({name, tcp, policies, filters, trustDomains}) => {
    const random = seeded(16)
    const asks = filters.some(each => (each as {name: string}).name.endsWith('ext_authz'))
    for (let i = 0; i < REQUESTS; i++) {
      const asked = authzRequest(random, policies, tcp)
      const {verdict} = decideByObjects(policies, asked, {
        twins: principal => inEveryTrustDomain(principal, trustDomains),
        domains: trustDomain => everyTrustDomain(trustDomain, trustDomains),
        provider: () => (asks ? 'asked' : 'refused'),
      })
      const expected = byFilters(filters, asked)
      expect({name, asked, verdict}).toEqual({name, asked, verdict: expected})
    }
  })

  test('every verdict occurs', () => {
    const random = seeded(16)
    const seen = found.flatMap(({policies, filters, tcp}) =>
      Array.from({length: 10}, () => byFilters(filters, authzRequest(random, policies, tcp))),
    )
    for (const verdict of ['allowed', 'denied', 'external'])
      expect(seen.filter(each => each === verdict).length).toBeGreaterThan(seen.length / 50)
  })
})
