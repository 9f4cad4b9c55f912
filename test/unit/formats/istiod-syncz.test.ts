import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {parseSyncz} from '../../../src/formats/istio/istiod-syncz.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'

function parse(text: string) {
  return parseSyncz({id: 'istiod.syncz', bytes: Buffer.from(text), provenance: {}})
}

describe('syncz', () => {
  test('an istiod of the years before `resources`: the four types by their old fields', () => {
    const page = parse(
      JSON.stringify([
        {
          proxy: 'web-0.shop',
          istio_version: '1.9.0',
          cluster_sent: '2021-03-01T10:00:00Z/7a',
          cluster_acked: '2021-03-01T10:00:00Z/7a',
          listener_sent: '2021-03-01T10:00:00Z/8b',
          listener_acked: '2021-03-01T09:00:00Z/6c',
        },
      ]),
    )
    expect(page.ok && page.value.proxies[0]?.types).toEqual([
      {type: 'CDS', state: 'SYNCED', sentAt: '2021-03-01T10:00:00Z', ackedAt: '2021-03-01T10:00:00Z'},
      {type: 'LDS', state: 'STALE', sentAt: '2021-03-01T10:00:00Z', ackedAt: '2021-03-01T09:00:00Z'},
      {type: 'EDS', state: 'NOT SENT'},
      {type: 'RDS', state: 'NOT SENT'},
    ])
  })

  test('no connections: an empty list or null', () => {
    expect(parse('[]')).toEqual({ok: true, value: {proxies: [], tools: 0}})
    expect(parse('null')).toEqual({ok: true, value: {proxies: [], tools: 0}})
  })

  test("Go's zero time is not a time", () => {
    const url = 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration'
    const page = parse(JSON.stringify([{proxy: 'gw-0.shop', resources: {[url]: {sentTime: '0001-01-01T00:00:00Z'}}}]))
    expect(page.ok && page.value.proxies[0]?.types[0]).toMatchObject({state: 'NOT SENT', sentAt: undefined})
    const xds = parse(
      JSON.stringify({
        resources: [
          {
            node: {id: 'gw-0.shop'},
            generic_xds_configs: [{type_url: url, config_status: 'NOT_SENT', last_updated: '0001-01-01T00:00:00Z'}],
          },
        ],
      }),
    )
    expect(xds.ok && xds.value.proxies[0]?.types[0]).toMatchObject({state: 'NOT SENT', sentAt: undefined})
  })

  test('what is not a syncz page is a gap', () => {
    expect(parse('{"configs": []}')).toMatchObject({ok: false, gap: {reason: 'unreadable'}})
    expect(parse('[{"a": 1}]')).toMatchObject({ok: false, gap: {reason: 'unreadable'}})
    expect(parse('[{"proxy": "a')).toMatchObject({ok: false, gap: {reason: 'truncated'}})
  })

  sharedTest('the two forms of one page agree: the debug page and what istioctl printed from xDS', () => {
    const debug = parse(readFileSync(join(SHARED, 'stale', 'debug_syncz.json'), 'utf8'))
    const xds = parse(readFileSync(join(SHARED, 'stale', 'istioctl_ps_json.out'), 'utf8'))
    if (!debug.ok || !xds.ok) throw new Error('unreadable recording')
    const states = (page: typeof debug.value) =>
      page.proxies
        .map(({id, cluster, version, types}) => ({
          id,
          cluster,
          version,
          types: types.map(({type, state, error}) => ({type, state, error})),
        }))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
    expect(states(debug.value).find(each => each.id.startsWith('sick-stale'))).toEqual(
      states(xds.value).find(each => each.id.startsWith('sick-stale')),
    )
    expect(states(debug.value).map(each => each.id)).toEqual(states(xds.value).map(each => each.id))
  })
})
