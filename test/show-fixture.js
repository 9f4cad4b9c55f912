// Shows what is inside a packed fixture. Without words it lists them; with a name it lists what is in it; further words go down by key or index.
//   npm run fixture -- netfilter/rulesets r01-default files iptables-save.txt
import {readdirSync, readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {brotliDecompressSync, gunzipSync} from 'node:zlib'

const FOLDER = fileURLToPath(new URL('fixtures', import.meta.url))
const PACKED = /\.json\.(gz|br)$/

const files = readdirSync(FOLDER, {recursive: true, withFileTypes: true})
  .filter(entry => entry.isFile() && PACKED.test(entry.name))
  .map(entry => relative(FOLDER, join(entry.parentPath, entry.name)))
  .sort()

function content(file) {
  const packed = readFileSync(join(FOLDER, file))
  return JSON.parse((file.endsWith('.br') ? brotliDecompressSync : gunzipSync)(packed).toString('utf8'))
}

function summary(value) {
  if (Array.isArray(value)) return `list of ${value.length}`
  if (typeof value === 'object' && value !== null) return `object with ${Object.keys(value).length} keys`
  if (typeof value === 'string' && value.length > 60) return `text of ${value.length} characters`
  return JSON.stringify(value)
}

function show(value, whole) {
  if (typeof value === 'string') return process.stdout.write(value.endsWith('\n') ? value : `${value}\n`)
  if (whole || typeof value !== 'object' || value === null)
    return process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
  for (const [key, part] of Object.entries(value)) process.stdout.write(`${key}  ${summary(part)}\n`)
}

const [name, ...keys] = process.argv.slice(2).filter(word => word !== '--json')
const file = files.find(each => each.replace(PACKED, '') === name)
if (name === undefined) for (const each of files) process.stdout.write(`${each.replace(PACKED, '')}\n`)
else if (file === undefined) {
  process.stderr.write(`no fixture ${name}; there are ${files.map(each => each.replace(PACKED, '')).join(', ')}\n`)
  process.exitCode = 1
} else {
  let value = content(file)
  for (const key of keys)
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? value[key] : undefined
  if (value === undefined) {
    process.stderr.write(`${name} has nothing at ${keys.join(' ')}\n`)
    process.exitCode = 1
  } else show(value, process.argv.includes('--json'))
}
