import {describe, expect, test} from '@jest/globals'
import {istiodPageFindings} from '../../../src/analysis/tool-output/istiod-pages.js'
import {parseIstiodPages} from '../../../src/formats/tool-output/istiod-pages.js'

const endpoint = (health: number) => ({
  Addresses: ['10.1.2.3'],
  ServicePortName: 'http',
  EndpointPort: 8080,
  HealthStatus: health,
})
const shards = (list: readonly unknown[]) => ({shop: {Shards: {'Kubernetes/Kubernetes': list}, ServiceAccounts: {}}})
const PAGE = JSON.stringify(
  {
    'web.shop.svc.cluster.local': shards([endpoint(1), endpoint(2)]),
    'cart.shop.svc.cluster.local': shards([]),
    'api.shop.svc.cluster.local': shards([endpoint(2)]),
  },
  null,
  1,
)

function findings(text: string): readonly string[] {
  const pages = parseIstiodPages(text)
  return pages === undefined ? [] : istiodPageFindings(pages)
}

describe('the endpoints page of istiod', () => {
  test('names hosts without endpoints and those without a healthy one', () => {
    expect(findings(PAGE)).toEqual([
      'istiod has 3 endpoints for 3 entries in this text',
      expect.stringMatching(/^cart\.shop\.svc\.cluster\.local has no endpoints in istiod/),
      'api.shop.svc.cluster.local: none of its 1 endpoints is healthy',
    ])
  })

  test('makes no claim of a host when it is cut, wherever', () => {
    const claims = Array.from({length: PAGE.length - 2}, (_, end) => findings(PAGE.slice(0, end + 1))).flat()
    expect(claims.filter(claim => /has no endpoints in istiod|none of its/.test(claim))).toEqual([])
    expect(claims.some(claim => claim.startsWith('the page is cut'))).toBe(true)
  })

  test('does not take 1 for unhealthy: it is healthy in new releases and unhealthy in old ones', () => {
    expect(findings(JSON.stringify({'web.shop': shards([endpoint(1)])}))).toEqual([
      'istiod has 1 endpoint for 1 entry in this text',
    ])
  })
})
