import {readFileSync} from 'node:fs'
import {gunzipSync} from 'node:zlib'
import {describe, expect, test} from '@jest/globals'
import {podEndpoints} from '../../../src/kubeapi/pod-endpoints.js'
import {sampleSource} from '../../support/served.js'

/** What the Envoy of the sample's reviews-v1 answered itself, to queries of the dump the sample holds. */
const ANSWERS = JSON.parse(
  gunzipSync(readFileSync('test/fixtures/admin/config-dump-queries.json.gz')).toString('utf8'),
) as readonly {
  readonly query: string
  readonly status: number
  readonly body: string
}[]
const POD = {namespace: 'demo', name: 'reviews-v1-ccf5b6b84-9cj4v'}

async function ask(url: string, method = 'GET') {
  const {status, body} = await podEndpoints(await sampleSource()).page(POD, method, url)
  return {status, body: Buffer.from(body).toString('utf8')}
}

type Config = Readonly<Record<string, unknown>>

async function configs(url: string): Promise<readonly Config[]> {
  const {status, body} = await ask(url)
  expect(status).toBe(200)
  return (JSON.parse(body) as {configs?: readonly Config[]}).configs ?? []
}

const typesOf = (all: readonly Config[]) => all.map(each => String(each['@type']).split('.').at(-1))

describe('config_dump', () => {
  // Envoy writes the keys of a protobuf map in another order each time; everything else is the same down to the spaces.
  test.each(ANSWERS)('?$query is answered as Envoy did', async ({query, status, body}) => {
    const answer = await ask(`/config_dump?${query}`)
    expect(answer.status).toBe(status)
    expect(answer.body.length).toBe(body.length)
    if (status === 200) expect(JSON.parse(answer.body)).toEqual(JSON.parse(body))
    else expect(answer.body).toBe(body)
  })

  test('endpoints are in the dump only when asked for', async () => {
    expect(typesOf(await configs('/config_dump'))).not.toContain('EndpointsConfigDump')
    expect(typesOf(await configs('/config_dump?include_eds'))).toContain('EndpointsConfigDump')
    expect(typesOf(await configs('/config_dump?include_eds=true'))).toContain('EndpointsConfigDump')
    expect((await ask('/config_dump?resource=dynamic_endpoint_configs')).status).toBe(404)
    expect((await configs('/config_dump?include_eds&resource=dynamic_endpoint_configs')).length).toBeGreaterThan(10)
  })

  // The rules of checkFieldMaskAndTrimMessage and of the resource lookup in Envoy's config_dump_handler.cc.
  test('a mask applies to a section only if all its paths exist there', async () => {
    expect(typesOf(await configs('/config_dump?mask=bootstrap'))).toEqual(['BootstrapConfigDump'])
    expect(typesOf(await configs('/config_dump?mask=version_info'))).toEqual([
      'ClustersConfigDump',
      'ListenersConfigDump',
    ])
    expect((await ask('/config_dump?mask=bootstrap,dynamic_listeners')).status).toBe(400)
    expect((await ask('/config_dump?mask=dynamic_listeners.name')).status).toBe(400)
    const [clusters] = await configs('/config_dump?mask=dynamic_warming_clusters,static_clusters')
    expect(Object.keys(clusters ?? {})).toEqual(['@type', 'static_clusters'])
  })

  test('a mask reaches into a single message and into the resource asked for', async () => {
    const [bootstrap] = await configs('/config_dump?mask=bootstrap.node.id')
    expect(bootstrap?.bootstrap).toEqual({node: {id: `sidecar~10.244.0.16~${POD.name}.demo~demo.svc.cluster.local`}})
    const names = await configs(
      '/config_dump?resource=dynamic_active_clusters&mask=cluster.name&name_regex=.*ratings.*',
    )
    expect(names.length).toBeGreaterThan(0)
    for (const each of names) expect(Object.keys(each.cluster as object)).toEqual(['@type', 'name'])
  })

  test('what is not a list, and what cannot be read, is a 400 that says so', async () => {
    expect(await ask('/config_dump?resource=bootstrap')).toEqual({
      status: 400,
      body: 'bootstrap is not a repeated field. Use ?mask=bootstrap to get only this field',
    })
    expect((await ask('/config_dump?name_regex=(')).status).toBe(400)
  })

  test('a name is matched whole', async () => {
    expect(await configs('/config_dump?resource=dynamic_active_clusters&name_regex=reviews')).toEqual([])
  })
})

describe('other pages', () => {
  test('readiness follows the recorded state; unknown pages name those that were recorded', async () => {
    expect(await ask('/ready')).toEqual({status: 200, body: 'LIVE\n'})
    const {status, body} = await ask('/stats/prometheus')
    expect(status).toBe(404)
    expect(body).toContain('/clusters?format=json')
  })

  test('nothing can be changed', async () => {
    for (const [method, url] of [
      ['POST', '/quitquitquit'],
      ['POST', '/logging?level=debug'],
      ['GET', '/logging'],
      ['DELETE', '/config_dump'],
    ] as const) {
      expect((await ask(url, method)).status).toBe(405)
    }
  })

  test('istiod tells what it holds of a proxy, and that it does not know another', async () => {
    const pages = podEndpoints(await sampleSource())
    const istiod = {namespace: 'istio-system', name: 'istiod-7d5679cd87-m8t7m'}
    const held = await pages.page(istiod, 'GET', `/debug/config_dump?proxyID=${POD.name}.demo`)
    expect(held.status).toBe(200)
    expect(Buffer.from(held.body).toString('utf8')).toContain('ClustersConfigDump')
    const other = await pages.page(
      {...istiod, name: 'istiod-other'},
      'GET',
      `/debug/config_dump?proxyID=${POD.name}.demo`,
    )
    expect(Buffer.from(other.body).toString('utf8')).toBe(
      'Proxy not connected to this Pilot instance. It may be connected to another instance.',
    )
    expect(Buffer.from((await pages.page(istiod, 'GET', '//version')).body).toString('utf8')).toMatch(/^1\.31\./)
  })
})
