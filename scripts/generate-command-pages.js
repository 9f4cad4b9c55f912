// Writes docs/commands/: one page per command from oclif's manifest, and their index (npm run generate, after a build).
// With --check it writes nothing and ends with 1 when a page is not up to date.
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {commandPages} from './command-pages.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'docs/commands')
const pages = new Map(commandPages(JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'))))

function stale() {
  const present = new Map(readdirSync(folder).map(name => [name, readFileSync(join(folder, name), 'utf8')]))
  const names = new Set([...pages.keys(), ...present.keys()])
  return [...names].filter(name => pages.get(name) !== present.get(name))
}

if (process.argv.includes('--check')) {
  const names = stale()
  if (names.length > 0) process.stdout.write(`not up to date (npm run generate): ${names.join(', ')}\n`)
  process.exitCode = names.length > 0 ? 1 : 0
} else {
  rmSync(folder, {recursive: true, force: true})
  mkdirSync(folder, {recursive: true})
  for (const [name, text] of pages) writeFileSync(join(folder, name), text)
}
