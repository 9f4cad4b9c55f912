// Makes a release: bumps the version, dates the changelog, builds, packs and checks the tarball, writes an SBOM, commits and tags. Nothing is pushed
// or published: RELEASING.md says how. With --dry-run all of it happens in a temporary clone of the last commit.
import {spawnSync} from 'node:child_process'
import {appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {writePackage} from './package.js'

const HERE = fileURLToPath(new URL('..', import.meta.url))
const HELP = 'usage: npm run release -- patch|minor|major|X.Y.Z [--dry-run]'

/** What the tarball must hold to work, and what must never be in it. */
const REQUIRED = [
  'package.json',
  'LICENSE',
  'oclif.manifest.json',
  'bin/run.js',
  'bin/complete.js',
  'bin/package.json',
  'dist/start.cjs',
  'dist/base.js',
  'dist/NOTICES.txt',
  'man/meshctl.1',
  'src/sample/mesh.tgz',
  'docs/CHANGELOG.md',
]
const ALLOWED =
  /^(package\.json|LICENSE|README\.md|oclif\.manifest\.json|man\/meshctl\.1|docs\/CHANGELOG\.md|src\/sample\/mesh\.tgz|bin\/[^/]+|(dist|docs\/runbooks)\/.+)$/
const MAX_BYTES = 4 * 1024 * 1024
const MAX_UNPACKED = 12 * 1024 * 1024

class Refused extends Error {}

function step(text) {
  process.stdout.write(`== ${text}\n`)
}

function run(cwd, program, ...argv) {
  const {status, stdout, stderr, error} = spawnSync(program, argv, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  if (status !== 0) throw new Refused(`${program} ${argv.join(' ')} failed: ${error?.message ?? stderr ?? ''}`)
  return stdout
}

function next(current, asked) {
  if (/^\d+\.\d+\.\d+$/.test(asked)) return asked
  const [major = 0, minor = 0, patch = 0] = current.split('.').map(Number)
  const versions = {
    major: `${major + 1}.0.0`,
    minor: `${major}.${minor + 1}.0`,
    patch: `${major}.${minor}.${patch + 1}`,
  }
  if (!Object.hasOwn(versions, asked)) throw new Refused(HELP)
  return versions[asked]
}

function refuseUnready(root, version) {
  if (run(root, 'git', 'status', '--porcelain') !== '')
    throw new Refused('the working tree has changes: commit them first')
  if (run(root, 'git', 'tag', '--list', `v${version}`) !== '') throw new Refused(`tag v${version} exists already`)
}

/** Dates the section of what is unreleased; a release without one has nothing to say. */
function dateChangelog(root, version, day) {
  const path = join(root, 'docs/CHANGELOG.md')
  const text = readFileSync(path, 'utf8')
  const dated = text.replace(/^## (?:\d+\.\d+\.\d+ \(unreleased\)|Unreleased)$/m, `## ${version} (${day})`)
  if (dated === text) throw new Refused('docs/CHANGELOG.md has no section "X.Y.Z (unreleased)"')
  writeFileSync(path, dated)
}

function checkFiles(packed) {
  const names = packed.files.map(({path}) => path)
  const missing = REQUIRED.filter(name => !names.includes(name))
  if (missing.length > 0) throw new Refused(`the tarball lacks ${missing.join(', ')}`)
  const strange = names.filter(name => !ALLOWED.test(name))
  if (strange.length > 0) throw new Refused(`the tarball holds ${strange.slice(0, 5).join(', ')}`)
  if (packed.unpackedSize > MAX_UNPACKED)
    throw new Refused(`the package is ${packed.unpackedSize} bytes unpacked, more than ${MAX_UNPACKED}`)
  if (packed.size > MAX_BYTES) throw new Refused(`the tarball is ${packed.size} bytes, more than ${MAX_BYTES}`)
}

/** Installs the tarball as a user would and asks the sample mesh. */
function checkInstalled(tarball, version) {
  const prefix = mkdtempSync(join(tmpdir(), 'meshctl-release-prefix-'))
  try {
    run(
      prefix,
      'npm',
      'install',
      '--global',
      '--prefix',
      prefix,
      '--no-fund',
      '--no-audit',
      '--offline',
      '--loglevel=error',
      tarball,
    )
    const meshctl = (...argv) => spawnSync(join(prefix, 'bin/meshctl'), argv, {cwd: prefix, encoding: 'utf8'})
    const versionText = meshctl('--version').stdout
    if (!versionText.trim().endsWith(` ${version}`))
      throw new Refused(`the installed program says ${versionText.trim()}`)
    const check = meshctl('check', 'deploy/sick-uid-v1', '--from', 'sample')
    if (check.status !== 1 || !check.stdout.includes('MCT1001'))
      throw new Refused(`the installed program does not check the sample mesh: ${check.stderr}`)
  } finally {
    rmSync(prefix, {recursive: true, force: true})
  }
}

function release(root, asked, git) {
  const current = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
  const version = next(current, asked)
  refuseUnready(root, version)
  step(`version ${current} -> ${version}`)
  run(root, 'npm', 'version', version, '--no-git-tag-version', '--allow-same-version', '--ignore-scripts')
  dateChangelog(root, version, new Date().toISOString().slice(0, 10))
  step('build')
  run(root, process.execPath, 'scripts/build.js')
  step('pack')
  const folder = mkdtempSync(join(tmpdir(), 'meshctl-release-package-'))
  writePackage(root, folder)
  const [packed] = JSON.parse(run(root, 'npm', 'pack', folder, '--json', '--ignore-scripts'))
  rmSync(folder, {recursive: true, force: true})
  checkFiles(packed)
  step(`check ${packed.filename}: ${packed.files.length} files, ${packed.size} bytes`)
  checkInstalled(join(root, packed.filename), version)
  step('software bill of materials')
  const bill = `meshctl-${version}.sbom.json`
  writeFileSync(
    join(root, bill),
    run(root, 'npm', 'sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'),
  )
  step(`commit and tag v${version}`)
  run(root, 'git', ...git, 'commit', '--quiet', '--all', '--message', `Release ${version}`)
  run(root, 'git', ...git, 'tag', '--annotate', `v${version}`, '--message', `meshctl ${version}`)
  return {version, tarball: packed.filename, bill}
}

function main(argv) {
  const dryRun = argv.includes('--dry-run')
  const [asked, ...rest] = argv.filter(word => word !== '--dry-run')
  if (asked === undefined || rest.length > 0) throw new Refused(HELP)
  next('0.0.0', asked)
  if (!dryRun) {
    const {version, tarball, bill} = release(HERE, asked, [])
    process.stdout.write(
      `\nNext: git push --follow-tags && npm publish ${tarball}, and attach ${tarball} and ${bill} to the release v${version}\n`,
    )
    return
  }
  const clone = mkdtempSync(join(tmpdir(), 'meshctl-release-'))
  try {
    run(HERE, 'git', 'clone', '--quiet', '--no-hardlinks', HERE, clone)
    symlinkSync(join(HERE, 'node_modules'), join(clone, 'node_modules'))
    appendFileSync(join(clone, '.git/info/exclude'), '/node_modules\n')
    const {version} = release(clone, asked, ['-c', 'user.name=dry-run', '-c', 'user.email=dry-run@localhost'])
    const made = readdirSync(clone).filter(name => /\.(tgz|sbom\.json)$/.test(name))
    process.stdout.write(`\ndry run of ${version}: would make ${made.join(' and ')}; nothing was changed\n`)
  } finally {
    rmSync(clone, {recursive: true, force: true})
  }
}

try {
  main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Refused)) throw error
  process.stderr.write(`release: ${error.message}\n`)
  process.exitCode = 1
}
