import {describe, expect, test} from '@jest/globals'
import {explainError} from '../../../src/cli/errors.js'
import {requestsIn} from '../../../src/evidence/mesh-world/recorded-requests.js'
import {holdsMeshConfig, readMeshNetworks} from '../../../src/formats/istio-config/mesh-config.js'
import {readDocument} from '../../../src/formats/kube-manifest/yaml-document.js'
import {parseYamlText} from '../../../src/formats/kube-manifest/yaml-text.js'
import {UserError} from '../../../src/model/evidence/user-error.js'
import {capturePod} from '../../../src/reports/capture/gather.js'
import {certsReport} from '../../../src/reports/certs/report.js'
import {errorsReport} from '../../../src/reports/errors/report.js'
import {mtlsReport} from '../../../src/reports/mtls/report.js'
import {type Report, reportExitCode} from '../../../src/reports/report.js'
import type {Sink} from '../../../src/sources/bundle/sink.js'
import {filesSource} from '../../../src/sources/files/source.js'

const ISTIO = 'istio-system'
const TEXTS = {
  blank: '\n'.repeat(2000),
  prose: 'hello world\n',
  list: '[null,null]',
  bomb: `a: &a [x,x]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]\n`,
}

const SINK: Sink = {
  add: async bytes => ({sha256: '', bytes: bytes.length}),
  finish: async () => 0,
  abort: async () => undefined,
}

const source = (text: string) => filesSource([{label: 'FILE', bytes: Buffer.from(text)}])

describe.each(Object.entries(TEXTS))('a text that holds nothing: %s', (_name, text) => {
  test.each<[string, () => Promise<Report>]>([
    [
      'errors',
      () => errorsReport(source(text), {istioNamespace: ISTIO, namespace: 'a', pods: undefined, sinceMs: undefined}),
    ],
    ['certs', () => certsReport(source(text), {istioNamespace: ISTIO, namespace: undefined, now: 0, warn: 0})],
    ['mtls', () => mtlsReport(source(text), {kind: 'matrix', namespace: 'a'}, ISTIO)],
  ])('%s: the question is open, exit code 3', async (_command, ask) => {
    expect(reportExitCode(await ask())).toBe(3)
  })

  test('capture: kept as no evidence', async () => {
    const files = source(text)
    const entries = await capturePod(
      {pod: {namespace: '', name: 'FILE'}, ids: ['envoy.config_dump', 'net.sockets', 'net.iptables.nft']},
      {
        source: files,
        sink: SINK,
        redaction: undefined,
        signal: new AbortController().signal,
      },
    )
    expect(entries.map(({held}) => ('sha256' in held ? 'kept' : held.reason))).toEqual([
      'unreadable',
      'unreadable',
      'unreadable',
    ])
  })
})

describe('settings of something else', () => {
  test.each([
    ['a dump of Envoy', '{"configs":[]}', false],
    ['a pod', 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n', false],
    ['a list', '[]', false],
    ['a word', 'hello', false],
    ['nothing: all defaults', '', true],
    ['one field', 'enableAutoMtls: false\n', true],
    ['a field of Istio 1.1', 'mixerCheckServer: a:1\n', true],
  ])('%s as mesh configuration', (_name, text, isMeshConfig) => {
    expect(holdsMeshConfig(text)).toBe(isMeshConfig)
  })

  test('networks of a mesh are a map with networks', () => {
    expect([readMeshNetworks('{"configs":[]}', 'f'), readMeshNetworks('hello', 'f')]).toEqual([undefined, undefined])
    expect(readMeshNetworks('networks: {}', 'f')).toEqual({from: 'f', registries: []})
  })

  test('recorded requests that are none are an error', () => {
    expect(() => requestsIn('\n\n \n', 'FILE')).toThrow('FILE holds no recorded request')
  })

  test.each([
    ['aliases of aliases', `a: &a [x]\nb: &b [${'*a,'.repeat(200)}]\nc: [${'*b,'.repeat(200)}]`],
    ['an alias of itself', 'a: &a\n  b: *a\n'],
  ])('%s in a document of settings: a sentence or a value, never an exception', (_name, text) => {
    expect(() => readDocument(text)).not.toThrow()
  })

  test.each([
    ['fields', (at: number) => `k${at}: 1\n`],
    ['mistakes', () => '{}'],
    ['anchors', (at: number) => `- &a${at} x\n`],
  ])(
    '%s cost in proportion to how many there are',
    (_name, of) => {
      const text = Array.from({length: 20_000}, (_, at) => of(at)).join('')
      expect(() => [readDocument(text), parseYamlText(text)]).not.toThrow()
    },
    20_000,
  )
})

test('an error that quotes what was given stays readable', () => {
  const {text} = explainError(new UserError(`FILE: line 1: ${'a | '.repeat(100_000)}end`), '1.2.3', false)
  expect(text.length).toBeLessThan(2100)
  expect(text).toMatch(/^Error: FILE: line 1: a .* … .* end$/)
})
