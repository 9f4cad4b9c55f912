// Loads a TypeScript module of the tests into a bench: bundled beside the packages it uses, and imported.
import {basename, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {build} from 'esbuild'

/** The exports of a TypeScript file, with its packages left to Node. */
export async function bundled(entry) {
  const outfile = `node_modules/.cache/meshctl-bench/${basename(entry, '.ts')}.mjs`
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    packages: 'external',
    logLevel: 'error',
  })
  return await import(pathToFileURL(resolve(outfile)).href)
}
