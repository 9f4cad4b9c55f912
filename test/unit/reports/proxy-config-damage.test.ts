import {describe, expect, test} from '@jest/globals'
import {cellsOf, configDump} from '../../support/config-dump.js'
import {proxyConfig} from '../../support/proxy-config-run.js'

async function run(words: string, bytes: Uint8Array) {
  const argv = ['proxy-config', ...words.split(' '), '-f', 'x.json']
  const {text, notes, exit} = await proxyConfig(argv, () => bytes, '2026-11-20T19:00:00Z')
  return {rows: cellsOf(text).slice(1), notes: notes.filter(note => !note.startsWith('validity')), exit}
}

const NOTHING = [null, {}, 5, []]
const hosts = [null, {}, {name: 'v', domains: ['*'], routes: [null, {}, {match: {prefix: '/'}, route: {cluster: 'c'}}]}]
const address = {socket_address: {address: '0.0.0.0', port_value: 80}}
const damaged = configDump({
  Clusters: {
    dynamic_active_clusters: [...NOTHING, {cluster: null}, {cluster: {name: 'a'}}, {cluster: {'@type': 'x.Y'}}],
  },
  Routes: {dynamic_route_configs: [...NOTHING, {route_config: {name: 'r', virtual_hosts: hosts}}]},
  Listeners: {
    dynamic_listeners: [
      ...NOTHING,
      {name: 'without', error_state: {details: 'x'}},
      {active_state: {listener: {name: 'l', address, filter_chains: [null, {filters: []}]}}},
    ],
    static_listeners: [{listener: null}],
  },
  Secrets: {dynamic_active_secrets: [...NOTHING, {name: 'default', version_info: 'uninitialized'}]},
  Ecds: {ecds_filters: [...NOTHING, {ecds_filter: {name: 'f'}}]},
  Endpoints: {dynamic_endpoint_configs: [...NOTHING]},
})

// Lists hold resources (Envoy's admin.v3 messages); what is not a message, or an empty one, says nothing about the proxy.
describe('entries that are not resources have no rows and are counted', () => {
  test.each([
    ['cluster', 2, '5 entries of the clusters section could not be read'],
    ['route', 1, '8 entries of the routes section could not be read'],
    ['listener', 1, '6 entries of the listeners section could not be read'],
    ['secret', 1, '4 entries of the secrets section could not be read'],
    ['ecds', 1, '4 entries of the ecds section could not be read'],
  ])('%s', async (command, rows, note) => {
    const shown = await run(command, damaged)
    expect(shown.rows).toHaveLength(rows)
    const unused = /is (rejected|warming)/
    expect(shown.notes.filter(each => !unused.test(each))).toEqual([note])
    expect(shown.notes.filter(each => unused.test(each))).toHaveLength(/listener|secret/.test(command) ? 1 : 0)
  })

  test('a section of nothing else is not called empty', async () => {
    const {exit, notes} = await run('cluster', configDump({Clusters: {dynamic_active_clusters: [null]}}))
    expect([exit, notes]).toEqual([2, ['no clusters found']])
  })
})

describe('a filter that leaves nothing says so', () => {
  test.each([
    ['cluster --direction sideways', '0 of 2 clusters match'],
    ['cluster --fqdn nowhere', '0 of 2 clusters match'],
    ['listener --type FOO', '0 of 1 listeners match'],
    ['route --name nowhere', '0 of 1 route configurations match'],
  ])('%s', async (words, remark) => {
    const {rows, notes, exit} = await run(words, damaged)
    expect([rows, exit]).toEqual([[], 0])
    expect(notes).toContain(remark)
  })

  test('one that leaves something does not', async () => {
    expect((await run('cluster --fqdn a', damaged)).notes.join()).not.toContain('match')
  })
})

describe('what a route does when its words are not known', () => {
  async function wide(route: object): Promise<readonly string[]> {
    const host = {name: 'v', domains: ['*'], routes: [route]}
    const dump = configDump({Routes: {dynamic_route_configs: [{route_config: {name: 'r', virtual_hosts: [host]}}]}})
    return (await run('route -o wide', dump)).rows[0] ?? []
  }

  test.each([
    [{route: {}}, 'unknown'],
    [{route: {timeout: '0s', new_cluster_choice: {a: 1}}}, 'unknown (new_cluster_choice)'],
    [{route: {weightedClusters: {clusters: []}}}, 'unknown (weightedClusters)'],
    [{frobnicate: {}}, 'unknown (frobnicate)'],
    [{route: {cluster_specifier_plugin: 'lua'}}, 'cluster chosen by plugin lua'],
    [
      {route: {inline_cluster_specifier_plugin: {extension: {name: 'envoy.lua'}}}},
      'cluster chosen by plugin envoy.lua',
    ],
  ])('%j', async (action, destination) => {
    expect(await wide({match: {prefix: '/'}, ...action})).toContain(destination)
  })

  test('a share of requests and a path in any case are conditions', async () => {
    const fraction = {default_value: {numerator: 2500, denominator: 'TEN_THOUSAND'}, runtime_key: 'canary'}
    const match = {prefix: '/', case_sensitive: false, runtime_fraction: fraction}
    expect(await wide({match, route: {cluster: 'c'}})).toContain('any case, 25% of requests (runtime canary)')
  })
})
