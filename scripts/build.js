// Builds the program under dist/ and oclif.manifest.json. Both are made in a folder of their own and moved into place, so a build never leaves half a tree behind.
import {copyFile, mkdir, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {compile} from './build/compile.js'
import {writeManifest} from './build/manifest.js'
import {writeProgram} from './build/program.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const stage = join(root, `.build-${process.pid}`)

try {
  await mkdir(stage)
  await copyFile(join(root, 'package.json'), join(stage, 'package.json'))
  const tree = await compile(root, join(stage, 'dist'))
  const manifest = await writeManifest(stage)
  await writeProgram({root, tree, manifest, out: join(stage, 'program')})
  await rename(join(root, 'dist'), join(stage, 'old')).catch(() => {})
  await rename(join(stage, 'program'), join(root, 'dist'))
  await rename(join(stage, 'oclif.manifest.json'), join(root, 'oclif.manifest.json'))
} finally {
  await rm(stage, {recursive: true, force: true})
}
