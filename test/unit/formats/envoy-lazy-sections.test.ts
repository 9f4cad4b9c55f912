import {describe, expect, test} from '@jest/globals'
import {traceRequest} from '../../../src/analysis/envoy/trace.js'
import {at, listOf} from '../../../src/formats/decode.js'
import {lazyDump, unparsedName} from '../../../src/formats/envoy-config-dump/lazy-sections.js'
import {proxyOf} from '../../../src/formats/envoy-proto/proxy.js'
import {UnreadablePart} from '../../../src/model/evidence/unreadable-part.js'
import {keptCorpus} from '../../support/istioctl-corpus.js'

function dumps(): readonly Buffer[] {
  const corpus = keptCorpus()
  const paths = new Set(corpus.runs.flatMap(({argv}) => argv.filter(word => word.endsWith('config_dump.json'))))
  return [...paths].map(path => Buffer.from(corpus.read(path)))
}

const TYPE = 'type.googleapis.com/envoy.'

/** A dump as Envoy prints it, of one cluster. */
function printed(cluster: object): string {
  const configs = [
    {'@type': `${TYPE}admin.v3.BootstrapConfigDump`},
    {'@type': `${TYPE}admin.v3.ClustersConfigDump`, dynamic_active_clusters: [{version_info: '1', cluster}]},
  ]
  return `${JSON.stringify({configs}, null, 1)}\n`
}

describe('a dump whose entries are parsed when they are looked at', () => {
  test.each(dumps().map((dump, index) => [index, dump] as const))('is the whole dump (%i)', (_, dump) => {
    expect(lazyDump(dump)).toEqual(JSON.parse(dump.toString('utf8')))
  })

  test('names resources without parsing them', () => {
    const dump = lazyDump(Buffer.from(printed({name: 'outbound|80||a', type: 'EDS'})))
    const [entry] = listOf(dump?.configs[1], 'dynamic_active_clusters')
    expect(unparsedName(entry)).toBe('outbound|80||a')
    expect(at(entry, 'cluster', 'type')).toBe('EDS')
    expect(proxyOf(dump).cluster('outbound|80||a')).toMatchObject({type: 'EDS'})
  })

  test.each([
    ['a name with a quote', {name: 'a"b'}],
    ['a name with a line break', {name: 'a\n      "name": "b'}],
    ['a name that comes last', {type: 'EDS', metadata: {name: 'inner'}, name: 'outer'}],
    ['no name', {type: 'EDS'}],
    ['an empty resource', {}],
    ['a name from outside', {name: '__proto__', constructor: {name: 'x'}}],
  ])('reads %s as a whole parse does', (_, cluster) => {
    const text = printed(cluster)
    const dump = lazyDump(Buffer.from(text))
    expect(dump).toEqual(JSON.parse(text))
    const name = (cluster as {name?: string}).name
    if (name !== undefined) expect(proxyOf(dump).clusterNames()).toEqual([name])
  })

  test('another layout is left to a whole parse', () => {
    const value: unknown = JSON.parse(printed({name: 'a'}))
    expect(lazyDump(Buffer.from(JSON.stringify(value)))).toBeUndefined()
    expect(lazyDump(Buffer.from(JSON.stringify(value, null, 2)))).toBeUndefined()
  })

  test('what is damaged is named when the answer depends on it', () => {
    const dump = lazyDump(Buffer.from(printed({name: 'a', type: 'EDS'}).replace('"type": "EDS"', '"type" "EDS"')))
    expect(() => proxyOf(dump).cluster('a')).toThrow(UnreadablePart)
    const listener = {
      name: 'l',
      bound: true,
      addresses: [{ip: '0.0.0.0', port: 80}],
      read: () => {
        proxyOf(dump).cluster('a')
        return undefined
      },
    }
    const destination = {ip: '10.0.0.1', port: 80}
    const decision = traceRequest(
      {...proxyOf(dump), listeners: [listener]},
      {
        destination,
        acceptedBy: destination,
        redirected: false,
        source: {ip: '10.0.0.2', port: 4000},
        proxyLine: undefined,
        tls: undefined,
        protocol: 'http/1.1',
        method: 'GET',
        path: '/',
        headers: [['host', 'a']],
        bodyBytes: 0,
        chunked: false,
        payload: undefined,
        abortAfter: undefined,
        sequence: undefined,
      },
      {upstream: () => undefined, now: 0, patience: 0},
    )
    expect(decision).toMatchObject({decided: false, reason: 'a part of the config_dump is damaged'})
  })
})
