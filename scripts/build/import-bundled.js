// Loads TypeScript sources into a script: bundled into one module, which is imported and removed again.
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {build} from 'esbuild'

/** CommonJS packages ask for require at run time, which ES modules do not have. */
export const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"

/** The exports of a module whose text is given, with paths relative to `root`. */
export async function importBundled(root, contents) {
  const work = await mkdtemp(join(tmpdir(), 'meshctl-bundled-'))
  try {
    const outfile = join(work, 'module.mjs')
    await build({
      absWorkingDir: root,
      stdin: {contents, resolveDir: root},
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'warning',
      banner: {js: REQUIRE},
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    await rm(work, {recursive: true, force: true})
  }
}
