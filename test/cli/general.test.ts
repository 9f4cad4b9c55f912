import {spawn, spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {cleanEnv, meshctl, NODE, RUN} from '../support/cli.js'

const CLUSTERS = ['proxy-config', 'cluster', 'deploy/productpage-v1', '--from', 'sample']
const version = (JSON.parse(readFileSync('package.json', 'utf8')) as {version: string}).version

describe('the program', () => {
  test('says who it is, since another CLI has the same name', async () => {
    expect(await meshctl(['--version'])).toEqual({
      code: 0,
      stdout: `meshctl (mesh diagnostics) ${version}\n`,
      stderr: '',
    })
  })

  test('helps on stdout and lists its commands', async () => {
    const run = await meshctl(['--help'])
    expect(run).toMatchObject({code: 0, stderr: ''})
    for (const word of ['check', 'iptables', 'ports', 'proxy-config', 'version']) expect(run.stdout).toContain(word)
  })

  test.each([
    [['frobnicate'], /frobnicate/],
    [['proxy-config', 'cluster', '--frob'], /--frob/],
    [
      [...CLUSTERS, '-o', 'nonsense'],
      /output format "nonsense" not supported[\s\S]*table, wide, json, yaml, html, raw/,
    ],
    [[...CLUSTERS, '--port', 'eighty'], /eighty/],
    [['proxy-config', 'cluster', '--from', 'sample'], /name a pod/],
    [['proxy-config', 'cluster', 'nope', '--from', 'sample'], /pods "nope" not found in the "demo" namespace/],
    [['proxy-config', 'cluster', 'x', '--from', '/nonexistent.tgz'], /cannot read \/nonexistent\.tgz: no such file/],
    [['proxy-config', 'cluster', 'x', '-f', 'y'], /not both/],
    [['proxy-config', 'cluster', '--from', 'sample', '-f', 'y'], /not both/],
    [['capture', '-A', '--from', 'sample', '--to', '.'], /cannot write \.: is a directory/],
    [['serve', '--from', 'sample', 'kubectl'], /put the command after --/],
    [['proxy-config', 'cluster', '--from', 'netns:no-such-namespace'], /network namespace/],
    [[...CLUSTERS, '--request-timeout', 'soon'], /invalid duration "soon"/],
  ])('%j cannot be answered: code 2, one clear error, nothing on stdout', async (argv, message) => {
    const run = await meshctl(argv)
    expect(run.stderr).toMatch(message)
    expect(run.stderr).not.toMatch(/\n\s+at /)
    expect(run).toMatchObject({code: 2, stdout: ''})
  })

  test('pc is proxy-config, also when asked for help', async () => {
    const [short, help, long] = await Promise.all([
      meshctl(['pc', '--help']),
      meshctl(['help', 'pc']),
      meshctl(['proxy-config', '--help']),
    ])
    expect(short).toEqual(long)
    expect(help).toEqual(long)
    expect(long.code).toBe(0)
  })

  test.each([[[]], [['check']], [['pc', 'cluster']]])('%j -h is --help, as in kubectl', async words => {
    const [short, long] = await Promise.all([meshctl([...words, '-h']), meshctl([...words, '--help'])])
    expect(short).toEqual(long)
    expect(long.code).toBe(0)
  })

  test('wrong usage is one sentence, without the inside of the parser', async () => {
    const run = await meshctl([...CLUSTERS, '--port', 'abc'])
    expect(run.stderr).not.toMatch(/Parsing|The following error/)
    expect(run.stderr).toMatch(/^Error: --port: .*abc/)
  })

  test('--require-all makes any gap count', async () => {
    const argv = ['iptables', 'deploy/details-v1', '--from', 'sample']
    expect([(await meshctl(argv)).code, (await meshctl([...argv, '--require-all'])).code]).toEqual([0, 3])
  })

  test('-A looks in every namespace', async () => {
    const run = await meshctl(['ports', 'istiod-7d5679cd87-m8t7m', '-A', '--from', 'sample'])
    expect(run.stdout).toContain('istiod-7d5679cd87-m8t7m.istio-system')
  })

  test('serve runs a command that has a -- of its own', async () => {
    const run = await meshctl(['serve', '--from', 'sample', '--', 'echo', 'a', '--', 'b'])
    expect(run.stdout).toBe('a -- b\n')
  })

  test('data goes to stdout, remarks to stderr, so the output can be piped into jq', async () => {
    const run = await meshctl([...CLUSTERS, '-o', 'json'])
    expect(Array.isArray(JSON.parse(run.stdout))).toBe(true)
    expect(run.stderr).toContain('using productpage-v1')
  })

  test('a large answer arrives whole through a pipe', async () => {
    const run = await meshctl([...CLUSTERS, '-o', 'raw'])
    expect(run.stdout.length).toBeGreaterThan(400_000)
    expect(JSON.parse(run.stdout)).toHaveProperty('configs')
  })

  test('a reader that goes away ends it quietly', async () => {
    const child = spawn(NODE, [RUN, ...CLUSTERS, '-o', 'raw'], {env: cleanEnv()})
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8')
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const code = await new Promise(resolve => child.on('close', resolve))
    expect(code).toBe(0)
    expect(stderr).not.toMatch(/EPIPE|Error/)
  })

  test('MESHCTL_FROM names the source', async () => {
    const run = await meshctl(['proxy-config', 'cluster', 'deploy/productpage-v1'], {env: {MESHCTL_FROM: 'sample'}})
    expect(run.stdout).toContain('SERVICE FQDN')
  })

  test('with too few open files it answers, or says so without asking for one file more', () => {
    const limits = [24, 32, 40]
    for (const limit of limits) {
      const argv = [
        '-c',
        `ulimit -n ${limit}; exec "$@"`,
        'sh',
        NODE,
        RUN,
        'check',
        'deploy/details-v1',
        '-n',
        'demo',
        '--from',
        'sample',
      ]
      const {stdout, stderr, signal} = spawnSync('sh', argv, {env: cleanEnv(), encoding: 'utf8'})
      expect(stderr).not.toMatch(/\n\s+at |usage-error/)
      // Newer releases of Node end by themselves below their own number of files.
      if (stdout !== '' || signal !== null) continue
      expect(stderr).toContain('too many open files')
      if (!stderr.includes('cannot be started')) expect(stderr).toContain('Allow more open files: ulimit -n 1024')
    }
  })

  test('--no-headers leaves the header out', async () => {
    const run = await meshctl([...CLUSTERS, '--no-headers'])
    expect(run.stdout).not.toContain('SERVICE FQDN')
  })

  test('standard input is read with -', async () => {
    const dump = await meshctl([...CLUSTERS, '-o', 'raw'])
    const run = await meshctl(['pc', 'c', '-f', '-'], {input: dump.stdout})
    expect(run.stdout).toBe((await meshctl(CLUSTERS)).stdout)
  })

  test('colour follows the flag, NO_COLOR and pipes', async () => {
    const coloured = async (argv: readonly string[], env: Record<string, string> = {}) =>
      (await meshctl(['ports', 'deploy/sick-loopback-v1', '--from', 'sample', ...argv], {env})).stdout.includes(
        '\u001b[',
      )
    expect(await coloured([])).toBe(false)
    expect(await coloured(['--color', 'always'])).toBe(true)
    expect(await coloured([], {FORCE_COLOR: '1'})).toBe(true)
    expect(await coloured([], {FORCE_COLOR: '1', NO_COLOR: '1'})).toBe(false)
    expect(await coloured(['--color', 'never'], {FORCE_COLOR: '1'})).toBe(false)
  })
})
