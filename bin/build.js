// Builds the release tree under dist/ (same paths as the sources, code split and shared) and oclif.manifest.json.
// Both are made in a folder of their own and moved into place, so a build never leaves half a tree behind.
import {readdirSync} from 'node:fs'
import {copyFile, mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const stage = join(root, `.build-${process.pid}`)
const commands = readdirSync(join(root, 'commands'), {recursive: true, withFileTypes: true})
  .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
  .map(entry => join(entry.parentPath, entry.name))

/** Our own imports of oclif's index go to the few modules we use of it; oclif's own stay as they are. */
const narrowOclif = {
  name: 'narrow-oclif',
  setup(builder) {
    builder.onResolve({filter: /^@oclif\/core$/}, ({importer}) =>
      importer.includes('node_modules') ? undefined : {path: join(root, 'bin/oclif-core.js')},
    )
  },
}

/** What oclif would need to find commands without a manifest: a quarter of its code, which we never run. */
const NEVER_USED = /^(minimatch|tinyglobby)$/

/** In its place stands a module that says so, should a new release of oclif come to use it. */
const withoutUnusedOclif = {
  name: 'without-unused-oclif',
  setup(builder) {
    builder.onResolve({filter: NEVER_USED}, ({path, importer}) =>
      importer.includes('@oclif/core') ? {path, namespace: 'unused'} : undefined,
    )
    builder.onLoad({filter: /.*/, namespace: 'unused'}, ({path}) => ({
      contents: `module.exports = new Proxy({}, {get(_, name) {
        if (name === '__esModule') return undefined
        throw new Error('${path} is not part of the release build')
      }})`,
    }))
  },
}

const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"

async function compile() {
  await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'src/cli/main.ts'), ...commands],
    outbase: root,
    outdir: join(stage, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    chunkNames: 'chunks/[name]-[hash]',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    logLevel: 'warning',
    plugins: [narrowOclif, withoutUnusedOclif],
    external: ['typescript', 'ts-node', 'tsx'],
    // oclif and other CommonJS packages ask for require at run time.
    banner: {js: REQUIRE},
  })
  await dropUnusedRequire()
  // Node looks for the package of every module it loads: found at once, it need not climb.
  await writeFile(join(stage, 'dist/chunks/package.json'), '{"type": "module"}\n')
}

/** Only files that ask for `require` make one: it costs a tenth of a millisecond in each file that is loaded. */
async function dropUnusedRequire() {
  const out = join(stage, 'dist')
  for (const entry of readdirSync(out, {recursive: true, withFileTypes: true})) {
    if (!entry.isFile() || !entry.name.endsWith('.js')) continue
    const path = join(entry.parentPath, entry.name)
    const text = await readFile(path, 'utf8')
    const rest = text.replace(REQUIRE, '')
    if (rest !== text && !rest.includes('require')) await writeFile(path, rest)
  }
}

/** A usage line such as `packet [POD] [flags]`; oclif's own lists every combination of flags. */
function usageOf({args, strict}) {
  const words = Object.values(args).map(({name, required}) => {
    const word = `${name.toUpperCase()}${strict === false ? '...' : ''}`
    return required ? word : `[${word}]`
  })
  return ['<%= command.id %>', ...words, '[flags]'].join(' ')
}

/** Help says of -o which forms the command has, and that several go to files where it may be repeated. */
function listForms({forms, flags: {output} = {}}) {
  if (forms === undefined || output === undefined) return
  const files = `; FORMAT=FILE writes a file${output.multiple === true ? ' (repeatable)' : ''}`
  output.description = `output format: ${forms.join(', ')}${files}`
}

async function writeManifest() {
  const {Config} = await import('@oclif/core/config')
  const pjson = JSON.parse(await readFile(join(stage, 'package.json'), 'utf8'))
  const config = await Config.load({root: stage, ignoreManifest: true, pjson, devPlugins: false, userPlugins: false})
  const {manifest} = [...config.plugins.values()][0]
  for (const command of Object.values(manifest.commands)) listForms(command)
  for (const command of Object.values(manifest.commands)) command.usage ??= usageOf(command)
  await writeFile(join(stage, 'oclif.manifest.json'), JSON.stringify(manifest))
}

try {
  await mkdir(stage)
  await copyFile(join(root, 'package.json'), join(stage, 'package.json'))
  await compile()
  await writeManifest()
  await rename(join(root, 'dist'), join(stage, 'old')).catch(() => {})
  await rename(join(stage, 'dist'), join(root, 'dist'))
  await rename(join(stage, 'oclif.manifest.json'), join(root, 'oclif.manifest.json'))
} finally {
  await rm(stage, {recursive: true, force: true})
}
