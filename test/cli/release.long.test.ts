import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from '@jest/globals'
import {skipUnless} from '../support/skip-unless.js'

const inRepository = spawnSync('git', ['rev-parse', '--verify', 'HEAD']).status === 0
const {test: gitTest} = skipUnless(inRepository, 'git and a clone')

function git(cwd: string, ...argv: readonly string[]): string {
  const {status, stdout, stderr} = spawnSync('git', [...argv], {cwd, encoding: 'utf8'})
  if (status !== 0) throw new Error(stderr)
  return stdout
}

describe('the release script', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshctl-release-test-'))
  afterAll(() => rmSync(folder, {recursive: true, force: true}))

  const release = (cwd: string, ...argv: readonly string[]) =>
    spawnSync(process.execPath, ['scripts/release.js', ...argv], {cwd, encoding: 'utf8'})

  gitTest(
    'a dry run bumps, builds, packs, checks and tags, and changes nothing',
    () => {
      const before = [git('.', 'status', '--porcelain'), git('.', 'tag'), git('.', 'rev-parse', 'HEAD')]
      const {status, stdout, stderr} = release('.', 'minor', '--dry-run')
      expect({status, stderr}).toEqual({status: 0, stderr: ''})
      const {version} = JSON.parse(readFileSync('package.json', 'utf8')) as {version: string}
      const [major, minor] = version.split('.').map(Number)
      const next = `${major}.${(minor ?? 0) + 1}.0`
      expect(stdout).toContain(`== version ${version} -> ${next}`)
      expect(stdout).toContain(`== commit and tag v${next}`)
      expect(stdout).toContain(`would make meshctl-${next}.sbom.json and meshctl-${next}.tgz; nothing was changed`)
      expect([git('.', 'status', '--porcelain'), git('.', 'tag'), git('.', 'rev-parse', 'HEAD')]).toEqual(before)
    },
    300_000,
  )

  test.each([[[]], [['huge']], [['1.2']], [['patch', 'minor']]])('%j is refused', argv => {
    const {status, stderr} = release('.', ...argv, '--dry-run')
    expect({status, stderr}).toEqual({status: 1, stderr: expect.stringMatching(/^release: usage: /)})
  })

  gitTest('uncommitted changes and an existing tag are refused', () => {
    const clone = join(folder, 'clone')
    git('.', 'clone', '--quiet', '--no-hardlinks', '.', clone)
    git(clone, 'tag', 'v9.9.9')
    expect(release(clone, '9.9.9').stderr).toBe('release: tag v9.9.9 exists already\n')
    writeFileSync(join(clone, 'README.md'), 'changed')
    expect(release(clone, 'patch').stderr).toBe('release: the working tree has changes: commit them first\n')
    expect(git(clone, 'tag')).toBe('v9.9.9\n')
  })
})
