import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {traceRequest} from '../../../src/analysis/envoy/trace.js'
import {listOf, objectOf, textOf} from '../../../src/formats/decode.js'
import {proxyOf} from '../../../src/formats/envoy-proto/proxy.js'
import type {Protocol} from '../../../src/model/envoy/request.js'

// What Envoy 1.40.0 answered, on a host of its own, to requests with every byte but CR and LF in every place.
const RECORDED: unknown = JSON.parse(readFileSync('test/fixtures/envoy-request-bytes.json', 'utf8'))

const TYPE = 'type.googleapis.com/envoy.'
const PROXY = proxyOf({
  configs: [
    {
      '@type': `${TYPE}admin.v3.ListenersConfigDump`,
      static_listeners: [
        {
          listener: {
            name: 'l',
            address: {socket_address: {address: '0.0.0.0', port_value: 20080}},
            filter_chains: [
              {
                name: 'c',
                filters: [
                  {
                    name: 'hcm',
                    typed_config: {
                      '@type': `${TYPE}extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
                      http_filters: [
                        {name: 'router', typed_config: {'@type': `${TYPE}extensions.filters.http.router.v3.Router`}},
                      ],
                      route_config: {
                        virtual_hosts: [
                          {
                            name: 'v',
                            domains: ['*'],
                            routes: [{name: 'r', match: {prefix: '/'}, route: {cluster: 'up'}}],
                          },
                        ],
                      },
                    },
                  },
                ],
              },
            ],
          },
        },
      ],
    },
    {
      '@type': `${TYPE}admin.v3.ClustersConfigDump`,
      static_clusters: [
        {
          cluster: {
            name: 'up',
            type: 'STATIC',
            load_assignment: {
              endpoints: [
                {
                  lb_endpoints: [{endpoint: {address: {socket_address: {address: '127.0.0.1', port_value: 7001}}}}],
                },
              ],
            },
          },
        },
      ],
    },
  ],
})

type Headers = readonly (readonly [string, string])[]

/** Status, flags and details, as the recording has them. */
function answer(protocol: Protocol, method: string, path: string, headers: Headers): string {
  const destination = {ip: '10.244.0.10', port: 20_080}
  const decision = traceRequest(
    PROXY,
    {
      destination,
      acceptedBy: destination,
      redirected: false,
      source: {ip: '10.244.1.1', port: 4000},
      proxyLine: undefined,
      tls: undefined,
      protocol,
      method,
      path,
      headers,
      bodyBytes: 0,
      chunked: false,
      payload: undefined,
      abortAfter: undefined,
      sequence: undefined,
    },
    {
      upstream: () => ({connect: 'accepts', tls: undefined, answer: {kind: 'http', status: 200, afterMs: 0}}),
      now: 0,
      patience: Infinity,
    },
  )
  if (!decision.decided) return `undecided: ${decision.reason}`
  const {status, flags, details} = decision.outcome
  return `${status ?? '-'} ${flags.join(',') || '-'} ${details}`
}

function bytesOf(ranges: string): readonly number[] {
  return ranges.split(' ').flatMap(range => {
    const [low = 0, high = low] = range.split('-').map(each => Number.parseInt(each, 16))
    return Array.from({length: high - low + 1}, (_, i) => low + i)
  })
}

function pairsOf(json: unknown): Headers {
  return listOf(json, 'headers').map(each => {
    const [name, value] = each as readonly string[]
    return [name ?? '', value ?? ''] as const
  })
}

describe('every byte where a request can have one', () => {
  const places = listOf(RECORDED, 'bytes').map(each => ({where: textOf(each, 'where') ?? '', each}))
  test.each(places)('$where', ({each}) => {
    const put = (text: string, byte: number) => text.replace('{}', () => String.fromCharCode(byte))
    const wrong: string[] = []
    for (const [recorded, ranges] of Object.entries(objectOf(each, 'answers') ?? {}))
      for (const byte of bytesOf(String(ranges))) {
        const headers = pairsOf(each).map(([name, value]) => [put(name, byte), put(value, byte)] as const)
        const [method, path] = [textOf(each, 'method') ?? '', textOf(each, 'path') ?? '']
        const said = answer(textOf(each, 'protocol') as Protocol, put(method, byte), put(path, byte), headers)
        if (said !== recorded) wrong.push(`${byte.toString(16)}: ${said}, Envoy ${recorded}`)
      }
    expect(wrong).toEqual([])
  })

  test('odd request targets', () => {
    const rows = listOf(RECORDED, 'targets') as readonly (readonly [string, string, string])[]
    expect(rows.length).toBeGreaterThan(100)
    const said = rows.map(([method, path]) => [method, path, answer('http/1.1', method, path, [['host', 'w:9080']])])
    expect(said).toEqual(rows)
  })
})
