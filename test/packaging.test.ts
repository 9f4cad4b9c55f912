import {spawnSync} from 'node:child_process'
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {cleanEnv, meshctl} from './support/cli.js'
import {skipUnless} from './support/skip-unless.js'
import {tempFolder} from './support/temp-folder.js'

const TEMP = tempFolder('packaging')
const read = (path: string): string => readFileSync(path, 'utf8')
const SUMS = {
  npm: 'a'.repeat(64),
  'linux-x64': 'b'.repeat(64),
  'linux-arm64': 'c'.repeat(64),
  'darwin-arm64': 'd'.repeat(64),
}

interface Packaging {
  filled(template: string, version: string, sums: Readonly<Record<string, string>>): string
}

const packaging = async () => (await import(pathToFileURL('scripts/packaging.js').href)) as Packaging

describe('krew and Homebrew', () => {
  test('the manifest of krew is one, with the checksum of each platform', async () => {
    const {filled} = await packaging()
    const manifest = parse(filled(read('packaging/krew.yaml'), '1.2.3', SUMS)) as {
      kind: string
      metadata: {name: string}
      spec: {version: string; shortDescription: string; platforms: {uri: string; sha256: string; bin: string}[]}
    }
    expect(manifest).toMatchObject({kind: 'Plugin', metadata: {name: 'mesh'}, spec: {version: 'v1.2.3'}})
    // krew refuses longer ones and those with a stop (https://krew.sigs.k8s.io/docs/developer-guide/develop/best-practices/).
    expect(manifest.spec.shortDescription).toMatch(/^.{1,50}[^.]$/)
    expect(manifest.spec.platforms.map(({sha256, bin}) => [sha256[0], sha256.length, bin])).toEqual(
      ['b', 'c', 'd'].map(first => [first, 64, 'kubectl-mesh']),
    )
    for (const {uri} of manifest.spec.platforms) expect(uri).toMatch(/^https:\/\/\S+\/v1\.2\.3\/meshctl-\S+\.tar\.gz$/)
  })

  test('a missing file is an error', async () => {
    const {filled} = await packaging()
    expect(() => filled(read('packaging/krew.yaml'), '1.2.3', {npm: SUMS.npm})).toThrow(
      'no file is given for linux-x64',
    )
  })

  test('the formula names version and checksum, and its blocks end', async () => {
    const {filled} = await packaging()
    const formula = filled(read('packaging/meshctl.rb'), '1.2.3', SUMS)
    expect(formula).toContain('meshctl-1.2.3.tgz"')
    expect(formula).toContain(`sha256 "${SUMS.npm}"`)
    const opened = formula.match(/^\s*(class|def|test do)\b/gm) ?? []
    expect(formula.match(/^\s*end$/gm)?.length).toBe(opened.length)
  })

  const ruby = skipUnless(spawnSync('ruby', ['--version']).status === 0, 'ruby')
  ruby.test('ruby reads the formula', () => {
    expect(spawnSync('ruby', ['-c', 'packaging/meshctl.rb'], {encoding: 'utf8'}).stdout).toBe('Syntax OK\n')
  })
})

describe('findings in other tools', () => {
  const manifest = join(TEMP, 'sick.yaml')
  writeFileSync(
    manifest,
    `apiVersion: v1
kind: Pod
metadata: {name: a, namespace: demo, labels: {app: a, version: v1}}
spec:
  containers:
  - name: a
    image: example.com/a:1
    securityContext: {runAsUser: 1337}
`,
  )

  test('the problem matcher takes each error and warning of -o lines apart', async () => {
    const {problemMatcher} = JSON.parse(read('packaging/problem-matcher.json')) as {
      problemMatcher: {pattern: [{regexp: string; file: number; line: number; code: number}]}[]
    }
    const [pattern] = problemMatcher.map(each => each.pattern[0])
    const {stdout} = await meshctl(['check', '-f', manifest, '-o', 'lines'])
    const lines = stdout.split('\n').filter(line => / (error|warning): /.test(line))
    expect(lines.length).toBeGreaterThan(0)
    const [found] = lines.map(line => new RegExp(pattern?.regexp ?? '').exec(line))
    expect([found?.[pattern?.file ?? 0], found?.[pattern?.line ?? 0], found?.[pattern?.code ?? 0]]).toEqual([
      manifest,
      '8',
      'MCT1001',
    ])
    for (const line of lines) expect(line).toMatch(new RegExp(pattern?.regexp ?? '-'))
  })

  test('the action gives its inputs to the shell as variables only', () => {
    const action = parse(read('action.yml')) as {
      inputs: Record<string, {description: string}>
      runs: {using: string; steps: {shell: string; run: string; env: Record<string, string>}[]}
    }
    expect(action.runs.using).toBe('composite')
    const [step] = action.runs.steps
    expect(step?.shell).toBe('bash')
    expect(step?.run).not.toContain('${{')
    for (const name of Object.keys(action.inputs))
      expect(Object.values(step?.env ?? {})).toContain(`\${{ inputs.${name} }}`)
  })

  /** A program of that name that prints its arguments, each on a line. */
  function printer(name: string): string {
    const folder = join(TEMP, `bin-${name}`)
    mkdirSync(folder)
    writeFileSync(join(folder, name), '#!/bin/sh\nprintf \'%s\\n\' "$@"\n')
    chmodSync(join(folder, name), 0o755)
    return folder
  }

  const FILES = ['a b.yaml', "it's $(id).yaml"]

  test('the action checks every file it is given, whatever its name', () => {
    const [step] = (parse(read('action.yml')) as {runs: {steps: {run: string}[]}}).runs.steps
    const env = {
      ...cleanEnv(),
      FILES: `${FILES.join('\n')}\n`,
      FAIL_ON: 'warning',
      VERSION: '1.2.3',
      MATCHER: '/m.json',
    }
    const path = `${printer('npx')}:${process.env.PATH}`
    const {stdout} = spawnSync('bash', ['-e', '-c', step?.run ?? ''], {encoding: 'utf8', env: {...env, PATH: path}})
    expect(stdout.split('\n')).toEqual([
      '::add-matcher::/m.json',
      ...['--yes', 'meshctl@1.2.3', 'check', '-f', 'a b.yaml', '-f', "it's $(id).yaml"],
      ...['--fail-on', 'warning', '-o', 'lines', ''],
    ])
  })

  test('the hook of pre-commit hands each file over with -f', () => {
    const [hook] = parse(read('.pre-commit-hooks.yaml')) as {id: string; entry: string; language: string}[]
    expect(hook).toMatchObject({id: 'meshctl-check', language: 'node'})
    const script = /^sh -c '(.*)' --$/.exec(hook?.entry ?? '')?.[1] ?? ''
    const env = {...cleanEnv(), PATH: `${printer('meshctl')}:${process.env.PATH}`}
    const {stdout} = spawnSync('sh', ['-c', script, '--', ...FILES], {encoding: 'utf8', env})
    expect(stdout.split('\n')).toEqual([
      'check',
      '--fail-on',
      'error',
      '-o',
      'lines',
      '-f',
      'a b.yaml',
      '-f',
      "it's $(id).yaml",
      '',
    ])
  })

  test('the image runs the package without a shell, as a user without rights', () => {
    const lines = read('Dockerfile').split('\n')
    expect(lines.find(line => line.startsWith('FROM'))).toMatch(/^FROM gcr\.io\/distroless\/\S+:nonroot$/)
    expect(lines).toContain('USER 65532:65532')
    expect(lines.find(line => line.startsWith('ENTRYPOINT'))).toContain('"/opt/meshctl/bin/run.js"')
    expect(lines.filter(line => line.startsWith('RUN'))).toEqual([])
  })
})
