// The licences of the packages that are part of the program.
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

const LICENCE_FILE = /^(licen[cs]e|copying|notice)(\.|-|$)/i

/** The folders of the packages that a build read files of, by esbuild's list of inputs. */
export function packageFolders(inputs) {
  const folders = inputs.flatMap(path => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)].sort()
}

/** One text with name, version, licence and licence text of each package; a package that declares no licence is an error. */
export function noticesOf(root, folders) {
  const parts = folders.map(folder => {
    const {name, version, license} = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    if (typeof license !== 'string') throw new Error(`${folder} declares no licence`)
    const files = readdirSync(join(root, folder)).filter(file => LICENCE_FILE.test(file))
    const texts = files.map(file => readFileSync(join(root, folder, file), 'utf8').trim())
    return [`${name} ${version} (${license})`, ...texts].join('\n\n')
  })
  return `meshctl contains these packages.\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
