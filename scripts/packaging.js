// Fills the manifests of packaging/ for a release: node scripts/packaging.js VERSION FOLDER NAME=FILE...
// where NAME is `npm` for the npm package, or the platform of an archive with the executable in it.
import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const TEMPLATES = ['krew.yaml', 'meshctl.rb']

/** A manifest with the version and the SHA-256 of every file it names; a missing one is an error. */
export function filled(template, version, sums) {
  return template.replaceAll('VERSION', version).replace(/SHA256-([a-z0-9-]+)/g, (_, name) => {
    if (!Object.hasOwn(sums, name)) throw new Error(`no file is given for ${name}`)
    return sums[name]
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , version, folder, ...files] = process.argv
  if (files.length === 0) throw new Error('usage: node scripts/packaging.js VERSION FOLDER NAME=FILE...')
  const sums = Object.fromEntries(
    files.map(word => {
      const cut = word.indexOf('=')
      return [
        word.slice(0, cut),
        createHash('sha256')
          .update(readFileSync(word.slice(cut + 1)))
          .digest('hex'),
      ]
    }),
  )
  mkdirSync(folder, {recursive: true})
  for (const name of TEMPLATES) {
    const template = readFileSync(fileURLToPath(new URL(`../packaging/${name}`, import.meta.url)), 'utf8')
    writeFileSync(join(folder, basename(name)), filled(template, version, sums))
  }
}
