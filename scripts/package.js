// Makes the folder that is published: one package without dependencies, for all of them are part of the program. node scripts/package.js FOLDER (after npm run build)
import {cpSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {manPage} from './man-page.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What is published as it is. */
const FILES = [
  'LICENSE',
  'README.md',
  'bin/run.js',
  'bin/complete.js',
  'bin/package.json',
  'dist',
  'docs/CHANGELOG.md',
  'docs/runbooks',
  'oclif.manifest.json',
  'src/sample/mesh.tgz',
]

/** What of package.json users need: nothing is built, tested or depended on. */
const FIELDS = [
  'name',
  'version',
  'description',
  'license',
  'repository',
  'bugs',
  'homepage',
  'keywords',
  'engines',
  'bin',
]

/** Writes the package into an empty or missing folder; `root` is a built checkout. */
export function writePackage(root, folder) {
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  mkdirSync(folder, {recursive: true})
  for (const file of FILES) {
    mkdirSync(dirname(join(folder, file)), {recursive: true})
    cpSync(join(root, file), join(folder, file), {recursive: true})
  }
  const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'))
  mkdirSync(join(folder, 'man'))
  writeFileSync(join(folder, 'man/meshctl.1'), manPage(manifest))
  const published = {...Object.fromEntries(FIELDS.map(field => [field, pjson[field]])), man: 'man/meshctl.1'}
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder] = process.argv
  if (folder === undefined) throw new Error('usage: node scripts/package.js FOLDER')
  writePackage(ROOT, folder)
}
