// Compiles the sources to a tree of ES modules with shared parts, one entry a command.
import {readdirSync} from 'node:fs'
import {writeFile} from 'node:fs/promises'
import {join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'
import {REQUIRE} from './import-bundled.js'
import {lazyRequires} from './lazy-requires.js'

const NARROW = fileURLToPath(new URL('oclif-core.js', import.meta.url))

/** Our own imports of oclif's index go to the few modules we use of it; oclif's own stay unchanged. */
const narrowOclif = {
  name: 'narrow-oclif',
  setup(builder) {
    builder.onResolve({filter: /^@oclif\/core$/}, ({importer}) =>
      importer.includes('node_modules') ? undefined : {path: NARROW},
    )
  },
}

/** A client of WebSockets needs no server of them. */
const narrowWs = {
  name: 'narrow-ws',
  setup(builder) {
    builder.onResolve({filter: /^ws$/}, ({importer}) =>
      importer.includes('/src/wire/')
        ? {path: join(builder.initialOptions.absWorkingDir, 'node_modules/ws/lib/websocket.js')}
        : undefined,
    )
  },
}

/** oclif's traces of itself, which load terminals before anything is traced. */
const withoutTraces = {
  name: 'without-traces',
  setup(builder) {
    builder.onResolve({filter: /^debug$/}, ({path, importer}) =>
      importer.includes('@oclif/core') ? {path, namespace: 'silent'} : undefined,
    )
    builder.onLoad({filter: /.*/, namespace: 'silent'}, () => ({
      contents: 'module.exports = () => Object.assign(() => {}, {enabled: false})',
    }))
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

/** Where the source of the program's main function lies. */
const MAIN = 'src/cli/main.ts'

/**
 * Compiles below `root` into `out`. The tree: its folder, the files read, esbuild's outputs by path, the entries among them, and the banner that the modules begin with.
 */
export async function compile(root, out) {
  const commands = readdirSync(join(root, 'commands'), {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => join(entry.parentPath, entry.name))
  const {metafile} = await build({
    absWorkingDir: root,
    entryPoints: [join(root, MAIN), ...commands],
    outbase: root,
    outdir: out,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    chunkNames: 'chunks/[name]-[hash]',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    plugins: [narrowOclif, narrowWs, withoutTraces, withoutUnusedOclif, lazyRequires],
    external: ['typescript', 'ts-node', 'tsx'],
    banner: {js: REQUIRE},
  })
  await writeFile(join(out, 'package.json'), '{"type": "module"}\n')
  const inOut = path => relative(out, join(root, path))
  const outputs = Object.fromEntries(
    Object.entries(metafile.outputs).map(([path, {imports, entryPoint, bytes}]) => [
      inOut(path),
      {
        imports: imports.map(each => ({...each, path: each.external ? each.path : inOut(each.path)})),
        entryPoint,
        bytes,
      },
    ]),
  )
  const entryOf = path => path.replace(/\.ts$/, '.js')
  return {
    folder: out,
    inputs: Object.keys(metafile.inputs),
    outputs,
    main: entryOf(MAIN),
    commands: commands.map(path => entryOf(relative(root, path))),
    banner: REQUIRE,
  }
}
