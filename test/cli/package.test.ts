import {spawnSync} from 'node:child_process'
import {mkdtempSync, readdirSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {cleanEnv, NODE} from '../support/cli.js'
import {tempFolder} from '../support/temp-folder.js'

const TEMP = tempFolder('package')

function npm(...argv: readonly string[]): {status: number | null; stderr: string} {
  const run = spawnSync('npm', [...argv, '--no-fund', '--no-audit', '--loglevel=error'], {encoding: 'utf8'})
  return {status: run.status, stderr: run.stderr}
}

describe('the package', () => {
  test('packs, installs globally and runs, as meshctl and as a kubectl plugin', () => {
    const folder = mkdtempSync(join(TEMP, 'pack-'))
    expect(npm('pack', '--ignore-scripts', '--pack-destination', folder).status).toBe(0)
    const tarball = readdirSync(folder).find(name => name.endsWith('.tgz')) ?? ''
    const prefix = join(folder, 'prefix')
    const installed = npm('install', '--global', '--prefix', prefix, join(folder, tarball))
    expect(installed.status === 0 ? '' : installed.stderr).toBe('')
    const run = (name: string, ...argv: readonly string[]) =>
      spawnSync(NODE, [join(prefix, 'bin', name), ...argv], {encoding: 'utf8', env: cleanEnv(), cwd: tmpdir()})
    expect(run('meshctl', '--version').stdout).toMatch(/^meshctl \(mesh diagnostics\) \d/)
    expect(run('meshctl', 'pc', 'c', 'deploy/reviews-v1', '--from', 'sample').stdout).toContain('SERVICE FQDN')
    expect(run('kubectl-mesh', '--help').stdout).toContain('$ kubectl mesh')
    expect(run('kubectl_complete-mesh', 'pc', 'clu').stdout).toMatch(/^cluster\tShow .*\nclusters\tShow .*\n:4\n$/)
  }, 180_000)
})
