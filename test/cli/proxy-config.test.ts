import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {meshctl} from '../support/cli.js'
import {configDump} from '../support/config-dump.js'
import {keptCorpus, type RecordedRun} from '../support/istioctl-corpus.js'

const corpus = keptCorpus()
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshctl-pc-'))
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** A recorded command line with its file written to disk. */
function argvOf({argv}: RecordedRun): string[] {
  return argv.map(word => (word.startsWith('pods/') ? file(word.replaceAll('/', '-'), corpus.read(word)) : word))
}

function recorded(slugEnd: string): RecordedRun {
  const found = corpus.runs.find(({slug}) => slug.startsWith('demo.reviews-v1') && slug.endsWith(slugEnd))
  if (found === undefined) throw new Error(`no recorded run ends in ${slugEnd}`)
  return found
}

function lines(text: string): readonly string[] {
  return text.split('\n').sort()
}

describe('--at', () => {
  test.each([
    ['proxy-config', 'cluster'],
    ['proxy-config', 'bootstrap'],
    ['proxy-config', 'ecds'],
    ['proxy-status', 'a.demo'],
  ])('%s %s rejects an invalid time before it reads anything', async (...words) => {
    const from = words[0] === 'proxy-status' ? ['--from', '/nonexistent'] : ['-f', '/nonexistent']
    const {code, stderr} = await meshctl([...words, ...from, '--at', 'yesterday'])
    expect([code, stderr.split('\n')[0]]).toEqual([2, 'Error: invalid time "yesterday"'])
  })
})

describe('proxy-config as a process', () => {
  test('a proxy without filters delivered by ECDS is an answer, a file without the section is not', async () => {
    const pod = await meshctl(['pc', 'ecds', 'deploy/reviews-v1', '--from', 'sample'])
    expect([pod.code, pod.stdout]).toEqual([0, 'ECDS NAME     TYPE\n'])
    expect(pod.stderr).toContain('no filters are delivered by ECDS')
    const run = recorded('.cluster')
    const file = await meshctl(['pc', 'ecds', '-f', argvOf(run).at(-1) ?? ''])
    expect(file.code).toBe(2)
  })

  test.each(['.cluster', '.listener', '.route', '.all'])('prints the table of %s', async slug => {
    const run = recorded(slug)
    const ours = await meshctl([...argvOf(run), '--at', run.at])
    expect(ours.code).toBe(0)
    expect(lines(ours.stdout)).toEqual(lines(run.out))
  })

  test.each(['.bootstrap', '.cluster.json', '.secret.json'])('prints the document of %s', async slug => {
    const run = recorded(slug)
    const ours = await meshctl(argvOf(run))
    expect(ours.code).toBe(0)
    expect(JSON.parse(ours.stdout)).toEqual(JSON.parse(run.out))
  })

  test("short names are the same commands, flags may be spelled istioctl's way", async () => {
    const path = argvOf(recorded('.cluster')).at(-1) ?? ''
    const long = await meshctl(['proxy-config', 'listener', '-f', path, '--verbose=false'])
    for (const words of [
      ['pc', 'listeners'],
      ['pc', 'l'],
      ['proxy-config', 'l'],
    ]) {
      expect((await meshctl([...words, '--file', path, '--no-verbose'])).stdout).toBe(long.stdout)
    }
    expect(long.stdout.split('\n')[0]).toMatch(/^ADDRESSES +PORT +TYPE$/)
  })

  test('--sort orders by any column, either way; --no-headers leaves the header out', async () => {
    const path = argvOf(recorded('.cluster')).at(-1) ?? ''
    const ports = async (...words: string[]) =>
      (await meshctl(['pc', 'c', '-f', path, '--direction', 'outbound', '--no-headers', ...words])).stdout
        .trimEnd()
        .split('\n')
        .map(line => Number(line.split(/ {2,}/)[1]))
    const plain = await ports()
    const ascending = [...plain].sort((a, b) => a - b)
    expect(ascending).not.toEqual(plain)
    expect(await ports('--sort', 'port')).toEqual(ascending)
    expect(await ports('--sort=-PORT')).toEqual([...ascending].reverse())
    const wrong = await meshctl(['pc', 'c', '-f', path, '--sort', 'colour'])
    expect(wrong).toMatchObject({code: 2, stdout: ''})
    expect(wrong.stderr).toContain('SERVICE FQDN')
  })

  test('certificates are judged at --at, else at the time of capture', async () => {
    const path = argvOf(recorded('.secret')).at(-1) ?? ''
    const valid = async (at: string) => (await meshctl(['pc', 's', '-f', path, '--at', at])).stdout
    expect(await valid('2026-11-20T19:00:00Z')).toMatch(/^default .*true/m)
    expect(await valid('2026-12-20T19:00:00+01:00')).toMatch(/^default .*false/m)
    expect(await meshctl(['pc', 's', '-f', path, '--at', 'tomorrow'])).toMatchObject({code: 2, stdout: ''})
    const sample = await meshctl(['pc', 's', 'deploy/reviews-v1', '-n', 'demo', '--from', 'sample'])
    expect(sample.stdout).toMatch(/^default .*true/m)
    expect(sample.stderr).toContain('time of capture')
  })

  test('a bundle joins what Envoy sees with what istiod sent', async () => {
    const {stdout} = await meshctl(['pc', 'ep', 'deploy/reviews-v1', '-n', 'demo', '--from', 'sample', '-o', 'wide'])
    expect(stdout.split('\n')[0]).toMatch(/LOCALITY +WEIGHT +PRIORITY +TLS +WORKLOAD +EDS HEALTH$/)
    expect(stdout).toMatch(/HEALTHY .* ok .* istio .*productpage-v1;demo;productpage.* HEALTHY$/m)
  })

  test('server-info tells version, state, uptime, build, options and node', async () => {
    const {code, stdout} = await meshctl(['server-info', 'deploy/reviews-v1', '-n', 'demo', '--from', 'sample'])
    expect(code).toBe(0)
    for (const text of [/^Envoy: +1\.40\.0$/m, /^State: +LIVE$/m, /^Uptime: +\d+s$/m, /BoringSSL/, /concurrency=/]) {
      expect(stdout).toMatch(text)
    }
    expect(stdout).toMatch(/^Node: +sidecar~[\d.]+~reviews-v1-\S+\.demo~demo\.svc\.cluster\.local$/m)
  })

  test('rootca-compare compares', async () => {
    const pods = ['deploy/reviews-v1', 'deploy/productpage-v1', '-n', 'demo', '--from', 'sample']
    const same = await meshctl(['pc', 'rootca-compare', ...pods])
    expect(same.code).toBe(0)
    expect(same.stdout).toMatch(/^reviews-v1-\S+\.demo and productpage-v1-\S+\.demo trust the same root CA$/m)
    expect((await meshctl(['pc', 'rc', 'one', '--from', 'sample'])).stderr).toContain('requires 2 pods')
  })

  test('log shows captured levels, and says that it does not set them', async () => {
    const path = file('logging.txt', 'active loggers:\n  admin: warning\n  http: debug\n')
    const shown = await meshctl(['pc', 'log', '-f', path])
    expect(shown.code).toBe(0)
    expect(shown.stdout).toBe(`${path}:\nactive loggers:\n  admin: warning\n  http: debug\n`)
    const refused = await meshctl(['pc', 'log', '-f', path, '--level', 'debug'])
    expect(refused).toMatchObject({code: 2, stdout: ''})
    const get = await meshctl(['pc', 'o', '-f', file('get.txt', 'Method GET not allowed, POST required.')])
    expect(get).toMatchObject({code: 2, stdout: ''})
  })
})

describe('bad input: one clear error, the right code, no stack', () => {
  const whole = () => Buffer.from(corpus.read(recorded('.cluster').argv.at(-1) ?? ''))
  const page = '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>'
  const cases: readonly (readonly [string, () => string | Uint8Array, RegExp])[] = [
    ['empty', () => '', /empty \(0 bytes\)/],
    ['truncated', () => whole().subarray(0, 100_000), /truncated/],
    ['an HTML page', () => page, /HTML/],
    ['plain text', () => 'no healthy upstream', /it is text, not JSON: "no healthy upstream"/],
    ['binary', () => Buffer.from([0, 1, 2, 3, 0xff, 0xfe, 0x80]), /not valid UTF-8|binary/],
    [
      'invalid UTF-8',
      () => Buffer.concat([Buffer.from('{"configs":["'), Buffer.from([0xc3, 0x28]), Buffer.from('"]}')]),
      /UTF-8/,
    ],
    ['without the section', () => configDump({Routes: {}}), /no configuration type \S+ClustersConfigDump/],
    ['an empty section', () => configDump({Clusters: {}}), /no clusters found/],
    ['a list', () => '[]', /not an object/],
    ['endless nesting', () => '['.repeat(1_000_000), /truncated|not JSON/],
    ['another page', () => JSON.stringify({version: 'x', command_line_options: {}, state: 'LIVE'}), /server_info/],
  ]

  test.each(cases)('%s', async (name, content, message) => {
    const run = await meshctl(['pc', 'cluster', '-f', file(name.replaceAll(' ', '-'), content())])
    expect(run).toMatchObject({code: 2, stdout: ''})
    expect(run.stderr).toMatch(message)
    expect(run.stderr).toMatch(/^Error: /)
    expect(run.stderr.match(/^Error: /gm)).toHaveLength(1)
    expect(run.stderr).not.toMatch(/\n\s+at /)
  })

  test('the same from standard input', async () => {
    const run = await meshctl(['pc', 'cluster', '-f', '-'], {input: page})
    expect(run).toMatchObject({code: 2, stdout: ''})
    expect(run.stderr).toMatch(/standard input.*HTML/)
  })

  test('one line of many megabytes is read like any other', async () => {
    const cluster = {name: `outbound|80||${'a'.repeat(200)}`, alt_stat_name: 'x'.repeat(20_000_000)}
    const path = file('huge.json', configDump({Clusters: {static_clusters: [{cluster}]}}))
    const run = await meshctl(['pc', 'cluster', '-f', path])
    expect(run.code).toBe(0)
    expect(run.stdout.split('\n')[1]).toContain(' 80 ')
  })

  test('a resource nested without end is refused in the document, the table stands', async () => {
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
    const text = configDump({Clusters: {static_clusters: [{cluster: {name: 'x', deep: 0}}]}}).toString('utf8')
    const path = file('deep.json', text.replace('"deep":0', `"deep":${deep}`))
    expect((await meshctl(['pc', 'cluster', '-f', path])).code).toBe(0)
    const run = await meshctl(['pc', 'cluster', '-f', path, '-o', 'json'])
    expect(run).toMatchObject({code: 2, stdout: ''})
    expect(run.stderr).toContain('nested more than')
  })

  test('names from a dump cannot steer the terminal', async () => {
    const cluster = {name: 'evil\u001b[2J\u202e\nname'}
    const run = await meshctl([
      'pc',
      'cluster',
      '-f',
      file('evil.json', configDump({Clusters: {static_clusters: [{cluster}]}})),
    ])
    expect(run.stdout).toContain('evil\\x1b[2J\\u202e\\x0aname')
  })
})
