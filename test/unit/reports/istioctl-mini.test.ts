import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {parse as parseYaml} from 'yaml'
import {proxyConfig} from '../../support/proxy-config-run.js'

const FOLDER = resolve('test/fixtures/istioctl/mini')
const AT = '2026-11-20T19:00:00Z'

function file(name: string): Buffer {
  return readFileSync(resolve(FOLDER, name))
}

function run(words: string): ReturnType<typeof proxyConfig> {
  return proxyConfig(['proxy-config', ...words.split(' ')], file, AT)
}

/** Small dumps and the very bytes istioctl printed for them. */
const TABLES: readonly (readonly [string, string])[] = [
  ['cluster -f clusters.json', 'clusters.txt'],
  ['cluster --fqdn reviews --subset v2 --port 9080 -f clusters.json', 'clusters-filtered.txt'],
  ['cluster --fqdn xds -o json -f clusters.json', 'clusters-xds.json'],
  ['listener -f listeners.json', 'listeners.txt'],
  ['listener --verbose=false -f listeners.json', 'listeners-types.txt'],
  ['listener --type http -f listeners.json', 'listeners-http.txt'],
  ['endpoint -f endpoints.json', 'endpoints.txt'],
  ['endpoint --address 10.244.0.10 -f endpoints.json', 'endpoints-address.txt'],
]

describe('small dumps, byte for byte', () => {
  test.each(TABLES)('%s', async (words, golden) => {
    const {text, exit} = await run(words)
    expect(exit).toBe(0)
    expect(text).toBe(file(golden).toString('utf8'))
  })

  test('yaml is the same document', async () => {
    const {text} = await run('cluster --fqdn xds -o yaml -f clusters.json')
    expect(parseYaml(text)).toEqual(parseYaml(file('clusters-xds.yaml').toString('utf8')))
  })
})

const EMPTY_SECTIONS = JSON.stringify({
  configs: ['Bootstrap', 'Clusters', 'Endpoints', 'Listeners', 'Routes', 'Secrets', 'Ecds'].map(name => ({
    '@type': `type.googleapis.com/envoy.admin.v3.${name}ConfigDump`,
  })),
})

/** What istioctl does with odd input: fails (undefined), or prints this. */
const ODD: readonly (readonly [string, string, string | undefined])[] = [
  // istioctl prints an empty table for "{}" as eds or endpoint: an object that is not a dump says nothing about endpoints.
  ...['cluster', 'route', 'listener', 'secret', 'bootstrap', 'ecds', 'all', 'eds', 'endpoint'].map(
    command => [command, '{}', undefined] as const,
  ),
  ['cluster', EMPTY_SECTIONS, undefined],
  ['route', EMPTY_SECTIONS, undefined],
  ['listener', EMPTY_SECTIONS, undefined],
  ['eds', EMPTY_SECTIONS, 'NAME     STATUS     LOCALITY     CLUSTER\n'],
  ['endpoint', EMPTY_SECTIONS, 'ENDPOINT     STATUS     OUTLIER CHECK     CLUSTER\n'],
  ['secret', EMPTY_SECTIONS, 'No active or warming secrets found.\n'],
  ['bootstrap', EMPTY_SECTIONS, '{}\n'],
  ['ecds', EMPTY_SECTIONS, 'ECDS NAME     TYPE\n'],
  ...['cluster', 'route', 'listener', 'secret', 'bootstrap', 'ecds', 'all', 'eds', 'endpoint'].flatMap(command =>
    ['', '{x', '[]', 'null', '<html></html>', '\u0000\u0001\u0002'].map(text => [command, text, undefined] as const),
  ),
]

describe('odd input, as istioctl takes it', () => {
  test.each(ODD)('%s of %j', async (command, text, printed) => {
    const result = await proxyConfig(['proxy-config', command, '-f', 'odd.json'], () => Buffer.from(text), AT)
    if (printed === undefined) {
      expect(result.exit).toBe(2)
      expect(result.text).toBe('')
      expect(result.notes.join('').length).toBeGreaterThan(0)
    } else {
      expect([result.exit, result.text]).toEqual([0, printed])
    }
  })

  test('the errors say what istioctl says, and what the file is', async () => {
    const said = async (command: string, text: string) =>
      (await proxyConfig(['proxy-config', command, '-f', 'odd.json'], () => Buffer.from(text), AT)).notes.join()
    expect(await said('cluster', '{}')).toContain(
      'config dump has no configuration type type.googleapis.com/envoy.admin.v3.ClustersConfigDump',
    )
    expect(await said('cluster', EMPTY_SECTIONS)).toBe('no clusters found')
    expect(await said('route', EMPTY_SECTIONS)).toBe('no routes found')
    expect(await said('listener', EMPTY_SECTIONS)).toBe('no listeners found')
    expect(await said('cluster', '')).toContain('0 bytes')
    expect(await said('cluster', '<html></html>')).toContain('HTML')
    expect(await said('eds', '{"configs":[')).toContain('truncated')
    expect(await said('all', '{"configs":7}')).toContain('"configs" is not a list')
  })

  test('all shows the sections there are and names those that are not; istioctl stops at the first', async () => {
    const dump = {configs: JSON.parse(file('clusters.json').toString('utf8')).configs}
    const source = Buffer.from(JSON.stringify(dump))
    const {text, exit} = await proxyConfig(['proxy-config', 'all', '-f', 'part.json'], () => source, AT)
    expect(text).toContain('cluster/outbound|9080|v2|reviews.default.svc.cluster.local')
    expect(exit).toBe(3)
  })
})
