import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {cleanEnv, NODE} from '../support/cli.js'
import {tempFolder} from '../support/temp-folder.js'

const TEMP = tempFolder('package')
const MOST_BYTES = 12 * 1024 * 1024

function npm(...argv: readonly string[]): {status: number | null; stderr: string} {
  const run = spawnSync('npm', [...argv, '--no-fund', '--no-audit', '--offline', '--loglevel=error'], {
    encoding: 'utf8',
  })
  return {status: run.status, stderr: run.stderr}
}

function bytesIn(folder: string): number {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .map(name => statSync(join(folder, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)
}

describe('the package', () => {
  const folder = mkdtempSync(join(TEMP, 'pack-'))
  const prefix = join(folder, 'prefix')
  const installed = join(prefix, 'lib/node_modules')
  const run = (name: string, ...argv: readonly string[]) =>
    spawnSync(NODE, [join(prefix, 'bin', name), ...argv], {encoding: 'utf8', env: cleanEnv(), cwd: tmpdir()})

  test('installs into an empty prefix without a registry, as one package of at most 12 MB', () => {
    const content = join(folder, 'content')
    expect(spawnSync(process.execPath, ['scripts/package.js', content]).status).toBe(0)
    expect(npm('pack', content, '--ignore-scripts', '--pack-destination', folder).status).toBe(0)
    const tarball = readdirSync(folder).find(name => name.endsWith('.tgz')) ?? ''
    const result = npm('install', '--global', '--prefix', prefix, join(folder, tarball))
    expect(result.status === 0 ? '' : result.stderr).toBe('')
    expect(readdirSync(installed)).toEqual(['meshctl'])
    expect(existsSync(join(installed, 'meshctl/node_modules'))).toBe(false)
    expect(bytesIn(join(installed, 'meshctl'))).toBeLessThan(MOST_BYTES)
    const pjson = JSON.parse(readFileSync(join(installed, 'meshctl/package.json'), 'utf8')) as Record<string, unknown>
    for (const field of ['dependencies', 'devDependencies', 'scripts', 'private']) expect(pjson[field]).toBeUndefined()
  }, 180_000)

  test('runs by each of its names', () => {
    for (const name of ['meshctl', 'meshctl-diag'])
      expect(run(name, '--version').stdout).toMatch(/^meshctl \(mesh diagnostics\) \d/)
    expect(run('meshctl', 'pc', 'c', 'deploy/reviews-v1', '--from', 'sample').stdout).toContain('SERVICE FQDN')
    expect(run('meshctl', 'runbook').stdout).not.toBe('')
    expect(run('kubectl-mesh', '--help').stdout).toContain('Usage: kubectl mesh COMMAND')
    expect(run('kubectl_complete-mesh', 'pc', 'clu').stdout).toMatch(/^cluster\tShow .*\nclusters\tShow .*\n:4\n$/)
  }, 180_000)

  test('has the licence of every package that is part of it', () => {
    const notices = readFileSync(join(installed, 'meshctl/dist/NOTICES.txt'), 'utf8')
    for (const name of ['@oclif/core', 'yaml', 'ws', 're2js', '@kubernetes/client-node', 'tar-stream'])
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'))
    expect(notices).toContain('Permission is hereby granted')
  })

  test('has a manual page with every command', () => {
    const page = join(installed, 'meshctl/man/meshctl.1')
    const text = readFileSync(page, 'utf8')
    for (const command of ['check', 'proxy\\-config cluster', 'trace'])
      expect(text).toContain(`.SS "meshctl ${command}"`)
    const man = spawnSync('man', ['--warnings', '-l', page], {encoding: 'utf8', env: {...cleanEnv(), MANWIDTH: '100'}})
    // Where man is installed, it shows the page without a warning.
    if (man.error === undefined && man.status === 0) {
      expect(man.stderr).toBe('')
      expect(man.stdout).toContain('meshctl - find out why')
    }
  })
})
