import {createHash} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {parseRules} from '../../../src/formats/netfilter/parse-rules.js'
import {BUNDLE_INDEX, blobPath, renderIndex} from '../../../src/sources/bundle/layout.js'
import {bundleSource} from '../../../src/sources/bundle/source.js'

const POD = (name: string) => ({apiVersion: 'v1', kind: 'Pod', metadata: {name, namespace: 'demo'}})

/** A bundle whose list of pods holds these bytes, the checksum right. */
async function podsOf(bytes: Buffer) {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const index = renderIndex({
    version: 1,
    capturedAt: '2026-11-20T19:00:00Z',
    from: 'a test',
    tool: 'meshctl',
    defaultNamespace: 'demo',
    redacted: true,
    evidence: [],
    objects: [{apiVersion: 'v1', kind: 'Pod', namespace: '*', held: {sha256, bytes: bytes.length}}],
  })
  const files = new Map([
    [BUNDLE_INDEX, Buffer.from(index)],
    [blobPath(sha256), bytes],
  ])
  const source = await bundleSource(
    {label: 'b.tgz', read: async path => files.get(path)},
    {kind: 'bundle', label: 'b.tgz'},
  )
  return await source.objects({kind: 'Pod'})
}

describe('a captured list', () => {
  const whole = Buffer.from(JSON.stringify({apiVersion: 'v1', kind: 'PodList', items: ['a', 'b', 'c'].map(POD)}))

  test('is whole with all its items, and empty only when it says so', async () => {
    expect(await podsOf(whole)).toMatchObject({ok: true, value: [POD('a'), POD('b'), POD('c')]})
    expect(await podsOf(Buffer.from('{"kind":"PodList","items":[]}'))).toEqual({ok: true, value: []})
  })

  test.each(Array.from({length: whole.length - 1}, (_, at) => at))(
    'cut after %i bytes is a gap, never a shorter list',
    async at => {
      expect(await podsOf(whole.subarray(0, at))).toMatchObject({ok: false})
    },
  )

  test.each([
    '',
    'garbage',
    'null',
    '{}',
    '[]',
    '{"items":null}',
    '{"items":{}}',
    '{"items":[{}]}',
    '{"items":[null]}',
    '<html></html>',
  ])('that is %j is a gap', async text => {
    expect(await podsOf(Buffer.from(text))).toMatchObject({ok: false})
  })
})

describe("istio-init's log of the nftables back end", () => {
  const log = [
    '2026-11-20T19:36:09.615573Z\tinfo\tIstio nftables environment:',
    'ENVOY_PORT=',
    '',
    '2026-11-20T19:36:09.615603Z\tinfo\tIstio config:',
    'PROXY_PORT=15001',
    '',
    'add table inet istio-proxy-nat',
    'add chain inet istio-proxy-nat istio-output',
    'add rule inet istio-proxy-nat istio-output skuid 1337 counter return',
    'add rule inet istio-proxy-nat istio-output counter jump istio-redirect',
    ' ',
    '',
    '2026-11-20T19:36:09.7Z\tinfo\tdone',
    '',
  ].join('\n')
  const isCut = (text: string) => parseRules(text).warnings.some(({truncated}) => truncated === true)

  test('is whole when the list of commands is followed by what istio-init says next', () => {
    expect(isCut(log)).toBe(false)
  })

  test('is cut wherever it ends inside the list of commands', () => {
    const from = log.indexOf('add chain')
    const to = log.indexOf('\n ', from)
    for (let at = from; at <= to + 1; at++) expect([at, isCut(log.slice(0, at))]).toEqual([at, true])
  })

  test('commands alone, each with its end, are a script and not cut', () => {
    expect(isCut('add table inet x\nadd chain inet x y\nadd rule inet x y counter return\n')).toBe(false)
  })
})
