// Turns the tree of ES modules that esbuild split into what the program loads: units of plain script, several to a file, each evaluated when something of it is
// first used. A built-in of Node is asked for by `require`: an `import` of one reads each of its exports, which loads parts of Node that are not needed.
import {readFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {transform} from 'esbuild'
import {AS_NAME} from './lazy-requires.js'

/** Units that this share of the commands load are in one file, `base`. */
const MOST = 0.5

/** What the live source loads is in a file of its own, but for what is so large that only few may want it. */
const LIVE = 'src/sources/cluster/source.ts'
const LARGE_BYTES = 100_000

/** The outputs of esbuild that a start loads by its imports; `dynamic`: also by those it may make later. */
function reachedFrom(outputs, start, dynamic) {
  const reached = new Set()
  const todo = [start]
  while (todo.length > 0) {
    const path = todo.pop()
    if (reached.has(path) || outputs[path] === undefined) continue
    reached.add(path)
    for (const {path: next, external, kind} of outputs[path].imports) {
      if (!external && (dynamic || kind === 'import-statement')) todo.push(next)
    }
  }
  return reached
}

/** The name of the unit that each module of the ESM tree becomes: #, its file, a slash, its own name. A file is read as a whole, so it holds what is used together. The first entry is the program itself. */
export function unitNames(outputs, entries) {
  const reached = entries.map(entry => [entry, reachedFrom(outputs, entry, false)])
  const [live] = Object.entries(outputs).find(([, {entryPoint}]) => entryPoint === LIVE) ?? []
  if (live === undefined) throw new Error(`no output is made of ${LIVE}`)
  const whileLive = reachedFrom(outputs, live, true)
  const names = new Map()
  for (const [path, {bytes}] of Object.entries(outputs)) {
    const own = path.replace(/\.js$/, '').replaceAll('/', '.')
    const by = reached.filter(([, paths]) => paths.has(path)).map(([entry]) => entry)
    const fileOf = () => {
      if (by.includes(entries[0]) || by.length >= entries.length * MOST) return 'base'
      if (whileLive.has(path) && bytes < LARGE_BYTES) return 'live'
      return by.length === 1 ? by[0].replace(/\.js$/, '').replaceAll('/', '.') : own
    }
    names.set(path, `#${fileOf()}/${own}`)
  }
  return names
}

/** Source text in plain ASCII, which Node reads fastest: esbuild leaves other characters in regular expressions. */
function inAscii(text) {
  return text.replace(/[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A CommonJS package that esbuild bundled: evaluated where it is imported, before anything of it is used. */
const PACKAGE =
  /(import_\w+)=((?:\(0,\(import_\w+\(\)\)\.__toESM\)|__toESM)\((?:\(0,\(import_\w+\(\)\)\.require_\w+\)|require_\w+)\(\)(?:,1)?\))/g

/** The text of a unit with each such package of which only members are used evaluated at its first use. */
function withLazyPackages(text) {
  const names = [...text.matchAll(PACKAGE)]
    .map(([, name]) => name)
    .filter(name => !new RegExp(`${AS_NAME}${name}(?![\\w$.]|=)`).test(text))
  let lazy = text.replace(PACKAGE, (whole, name, load) =>
    names.includes(name) ? `${name}=require.once(()=>${load})` : whole,
  )
  for (const name of names) lazy = lazy.replace(new RegExp(`${AS_NAME}${name}(?=\\.)`, 'g'), `(${name}())`)
  return lazy
}

/** One module as a unit: its imports become calls that load, its exports getters of its `exports`. */
async function unitOf(esm, path, names) {
  const {code} = await transform(esm, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: {'dynamic-import': false},
    minifyWhitespace: true,
    minifySyntax: true,
    charset: 'ascii',
    legalComments: 'none',
  })
  const idOf = specifier => {
    if (!specifier.startsWith('.')) return specifier
    const id = names.get(join(dirname(path), specifier))
    if (id === undefined) throw new Error(`${path} imports ${specifier}, which is not a unit`)
    return id
  }
  let text = code.trim()
  const lazy = []
  // Imports: each is loaded when something of it is first used.
  text = text.replace(/(import_\w+)=(__toESM\()?require\("([^"]+)"\)(\))?/g, (_, name, wrapped, specifier) => {
    lazy.push(name)
    const load = wrapped && !specifier.startsWith('.') ? 'lazyDefault' : 'lazy'
    return `${name}=require.${load}(${JSON.stringify(idOf(specifier))})`
  })
  for (const name of lazy) text = text.replace(new RegExp(`${AS_NAME}${name}(?=\\.)`, 'g'), `(${name}())`)
  const whole = lazy.find(name => new RegExp(`${AS_NAME}${name}(?!\\(\\)\\)\\.|=require\\.lazy)(?![\\w$])`).test(text))
  if (whole !== undefined) throw new Error(`${path} uses ${whole} as a value, which is not known to be lazy`)
  text = withLazyPackages(text)
  // Dynamic imports.
  text = text.replace(
    /__toESM\(require\("([^"]+)"\)\)/g,
    (_, specifier) => `require.module(${JSON.stringify(idOf(specifier))})`,
  )
  text = text.replace(/\brequire\("(\.[^"]+)"\)/g, (_, specifier) => `require(${JSON.stringify(idOf(specifier))})`)
  // Exports.
  text = text.replace(/module\.exports=__toCommonJS\((\w+)\);/, (_, name) => `module.exports=${name};`)
  return inAscii(text)
}

/** Every file of units with its text: a script whose value is a table of functions by unit name. */
export async function unitFiles({folder, banner}, names) {
  const files = new Map()
  for (const [path, id] of names) {
    const esm = (await readFile(join(folder, path), 'utf8')).replace(banner, '')
    const text = await unitOf(esm, path, names)
    const file = id.slice(1, id.indexOf('/'))
    files.set(file, [...(files.get(file) ?? []), `${JSON.stringify(id)}(module,exports,require){${text}\n}`])
  }
  return new Map([...files].map(([file, units]) => [file, `({__proto__:null,\n${units.join(',\n')}})`]))
}
