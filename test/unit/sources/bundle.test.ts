import {mkdirSync, mkdtempSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {describe, expect, test} from '@jest/globals'
import {pack} from 'tar-stream'
import {UserError} from '../../../src/model/evidence/user-error.js'
import {openArchive, openFolder} from '../../../src/sources/bundle/blobs.js'
import {BUNDLE_VERSION, type BundleIndex, blobPath, renderIndex} from '../../../src/sources/bundle/layout.js'
import {bundleSource} from '../../../src/sources/bundle/source.js'
import {blobSet, packBundle} from '../../../src/sources/bundle/write.js'
import {tempFolder} from '../../support/temp-folder.js'

const TEMP = tempFolder('bundle')

const POD = {namespace: 'demo', name: 'a'}
const ORIGIN = {kind: 'bundle', label: 'bundle x'} as const

function sample() {
  const blobs = blobSet()
  const pods = {
    apiVersion: 'v1',
    kind: 'PodList',
    items: [{metadata: {name: 'a', namespace: 'demo'}}, {metadata: {name: 'b', namespace: 'far'}}],
  }
  const index: BundleIndex = {
    version: BUNDLE_VERSION,
    capturedAt: '2026-01-02T03:04:05Z',
    from: 'somewhere',
    tool: 'meshctl',
    defaultNamespace: 'demo',
    redacted: true,
    evidence: [
      {
        namespace: 'demo',
        pod: 'a',
        id: 'envoy.server_info',
        provenance: {path: 'server_info'},
        held: blobs.add(Buffer.from('{"state":"LIVE"}')),
      },
      {
        namespace: 'demo',
        pod: 'a',
        id: 'net.iptables.nft',
        provenance: {},
        held: {what: 'IPv4 iptables rules (nft)', reason: 'no-privilege', detail: 'Permission denied', hint: 'try'},
      },
    ],
    objects: [
      {apiVersion: 'v1', kind: 'Pod', namespace: '*', held: blobs.add(Buffer.from(JSON.stringify(pods)))},
      {
        apiVersion: 'v1',
        kind: 'Node',
        namespace: '*',
        held: {what: 'nodes', reason: 'forbidden', detail: 'list nodes'},
      },
    ],
  }
  return {index, blobs: blobs.blobs}
}

async function opened() {
  const {index, blobs} = sample()
  return await bundleSource(await openArchive('x.tgz', await packBundle(index, blobs)), ORIGIN)
}

async function tgz(
  entries: readonly {
    name: string
    type?: 'file' | 'symlink' | 'link' | 'directory'
    linkname?: string
    body?: string
  }[],
): Promise<Uint8Array> {
  const archive = pack()
  const chunks: Uint8Array[] = []
  const done = (async () => {
    for await (const chunk of archive) chunks.push(chunk as Uint8Array)
  })()
  for (const {name, type = 'file', linkname, body = ''} of entries) {
    archive.entry({name, type, ...(linkname === undefined ? {} : {linkname})}, type === 'file' ? body : '')
  }
  archive.finalize()
  await done
  return gzipSync(Buffer.concat(chunks))
}

describe('a bundle', () => {
  test('gives back bytes, provenance and capture time', async () => {
    const source = await opened()
    const answer = await source.evidence('envoy.server_info', POD)
    expect(answer.ok && Buffer.from(answer.value.bytes).toString()).toBe('{"state":"LIVE"}')
    expect(answer.ok && answer.value.provenance).toEqual({capturedAt: '2026-01-02T03:04:05Z', path: 'server_info'})
    expect(source.origin.capturedAt).toBe('2026-01-02T03:04:05Z')
  })

  test('gives back recorded gaps with their original reason, for evidence and for objects', async () => {
    const source = await opened()
    const rules = await source.evidence('net.iptables.nft', POD)
    expect(rules).toEqual({
      ok: false,
      gap: {what: 'IPv4 iptables rules (nft)', reason: 'no-privilege', detail: 'Permission denied', hint: 'try'},
    })
    const nodes = await source.objects({kind: 'Node'})
    expect(!nodes.ok && nodes.gap.reason).toBe('forbidden')
  })

  test('never answers an empty list for what was not captured', async () => {
    const source = await opened()
    const services = await source.objects({kind: 'Service', namespace: 'demo'})
    expect(!services.ok && services.gap.reason).toBe('not-captured')
    const evidence = await source.evidence('envoy.certs', POD)
    expect(!evidence.ok && evidence.gap.reason).toBe('not-captured')
  })

  test('filters objects by namespace and name', async () => {
    const source = await opened()
    const names = async (query: {namespace?: string; name?: string}) => {
      const answer = await source.objects({kind: 'po', ...query})
      return answer.ok ? answer.value.map(object => object.metadata.name) : answer.gap.reason
    }
    expect(await names({})).toEqual(['a', 'b'])
    expect(await names({namespace: 'far'})).toEqual(['b'])
    expect(await names({name: 'a'})).toEqual(['a'])
    expect(await names({namespace: 'none'})).toEqual([])
  })

  test('is written the same each time', async () => {
    const {index, blobs} = sample()
    expect(Buffer.from(await packBundle(index, blobs)).equals(Buffer.from(await packBundle(index, blobs)))).toBe(true)
  })

  test('reads as a folder too, but not through links', async () => {
    const {index, blobs} = sample()
    const folder = mkdtempSync(join(TEMP, 'bundle-'))
    mkdirSync(join(folder, 'blobs'))
    writeFileSync(join(folder, 'bundle.json'), renderIndex(index))
    for (const [sha256, bytes] of blobs) writeFileSync(join(folder, blobPath(sha256)), bytes)
    const source = await bundleSource(openFolder(folder, folder), ORIGIN)
    expect((await source.evidence('envoy.server_info', POD)).ok).toBe(true)
    const linked = mkdtempSync(join(TEMP, 'bundle-'))
    symlinkSync(join(folder, 'bundle.json'), join(linked, 'bundle.json'))
    await expect(openFolder(linked, linked).read('bundle.json')).rejects.toThrow(/not a regular file/)
  })
})

describe('a damaged bundle is an error that says how', () => {
  test.each([
    ['a path upwards', [{name: '../evil', body: 'x'}], /contains the path/],
    ['an absolute path', [{name: '/etc/passwd', body: 'x'}], /contains the path/],
    ['a symbolic link', [{name: 'blobs/x', type: 'symlink' as const, linkname: '/etc/passwd'}], /contains a symlink/],
    ['a hard link', [{name: 'bundle.json', type: 'link' as const, linkname: 'x'}], /contains a link/],
    ['no index', [{name: `blobs/${'0'.repeat(64)}`, body: 'x'}], /has no bundle\.json/],
    ['nothing at all', [], /has no bundle\.json/],
  ])('%s', async (_what, entries, message) => {
    const bytes = await tgz(entries)
    await expect(openArchive('x.tgz', bytes)).rejects.toThrow(message)
    await expect(openArchive('x.tgz', bytes)).rejects.toBeInstanceOf(UserError)
  })

  test.each([
    ['not JSON', '{', /is not JSON/],
    ['another document', '{"a":1}', /not a meshctl bundle index/],
    ['a newer format', '{"format":"meshctl.bundle","version":99}', /format 99/],
    [
      'an entry with neither',
      '{"format":"meshctl.bundle","version":1,"objects":[{"kind":"Pod"}]}',
      /neither a blob nor a gap/,
    ],
  ])('index: %s', async (_what, body, message) => {
    const files = await openArchive('x.tgz', await tgz([{name: 'bundle.json', body}]))
    await expect(bundleSource(files, ORIGIN)).rejects.toThrow(message)
  })

  test('a blob that changed or is missing: a gap that names the evidence, and the rest still reads', async () => {
    const what = "Envoy's version, state and flags of a.demo"
    const damage = async (files: Uint8Array) => {
      const held = await bundleSource(await openArchive('x', files), ORIGIN)
      expect((await held.objects({kind: 'Pod'})).ok).toBe(true)
      const answer = await held.evidence('envoy.server_info', POD)
      return answer.ok ? undefined : answer.gap
    }
    const {index, blobs} = sample()
    const [first = '', ...rest] = [...blobs.keys()]
    const changed = new Map(
      [...blobs].map(([sha256, bytes]) => [sha256, sha256 === first ? Buffer.from('{"state":"DEAD"}') : bytes]),
    )
    const detail = `x is damaged: blob ${first} does not match its checksum`
    expect(await damage(await packBundle(index, changed))).toEqual({what, reason: 'unreadable', detail})
    const without = new Map(rest.map(sha256 => [sha256, blobs.get(sha256) ?? new Uint8Array()]))
    const gone = `x is damaged: blob ${first} is missing`
    expect(await damage(await packBundle(index, without))).toEqual({what, reason: 'unreadable', detail: gone})
  })

  test('a damaged list of objects is a gap, not an empty list', async () => {
    const {index, blobs} = sample()
    const last = [...blobs.keys()].at(-1) ?? ''
    const files = await packBundle(index, new Map([...blobs, [last, Buffer.from('{}')]]))
    const pods = await (await bundleSource(await openArchive('x', files), ORIGIN)).objects({kind: 'Pod'})
    expect(!pods.ok && [pods.gap.what, pods.gap.reason]).toEqual(['Pod objects', 'unreadable'])
  })

  test('cut short anywhere: an error, never half an answer', async () => {
    const {index, blobs} = sample()
    const whole = await packBundle(index, blobs)
    for (let length = 1; length < whole.length - 1; length += 7) {
      await expect(openArchive('x.tgz', whole.subarray(0, length))).rejects.toBeInstanceOf(UserError)
    }
  })
})
