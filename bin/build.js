// Builds the release tree under dist/ (same paths as the sources, code split and shared) and oclif.manifest.json.

import {readdirSync} from 'node:fs'
import {readFile, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const commands = readdirSync(join(root, 'commands'), {recursive: true, withFileTypes: true})
  .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
  .map(entry => join(entry.parentPath, entry.name))

await rm(join(root, 'dist'), {recursive: true, force: true})
await build({
  absWorkingDir: root,
  entryPoints: [join(root, 'src/cli/main.ts'), ...commands],
  outbase: root,
  outdir: join(root, 'dist'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'linked',
  logLevel: 'warning',
  external: ['typescript', 'ts-node', 'tsx'],
  banner: {js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"},
})

const {Config} = await import('@oclif/core/config')
const pjson = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
const config = await Config.load({root, ignoreManifest: true, pjson, devPlugins: false, userPlugins: false})
const plugin = [...config.plugins.values()][0]
await writeFile(join(root, 'oclif.manifest.json'), `${JSON.stringify(plugin?.manifest ?? {}, null, 1)}\n`)
