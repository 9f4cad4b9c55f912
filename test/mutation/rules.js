// Changes the condition of each rule in small ways and asks its cases again: a change no case notices has survived.
// node test/mutation/rules.js [--min PERCENT] [SLUG…]
import {readdirSync, readFileSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {context} from 'esbuild'
import {parse} from 'yaml'

const root = fileURLToPath(new URL('../..', import.meta.url))
const words = process.argv.slice(2)
const min = words[0] === '--min' ? Number(words.splice(0, 2)[1]) : 85
const slugs = readdirSync(join(root, 'src/rules'), {withFileTypes: true})
  .filter(entry => entry.isDirectory() && (words.length === 0 || words.includes(entry.name)))
  .map(entry => entry.name)

/** What is written in place of what; each place is one mutant. */
const CHANGES = [
  [/ === /g, ' !== '],
  [/ !== /g, ' === '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ < (?=[\w(])/g, ' >= '],
  [/ > (?=[\w(])/g, ' <= '],
  [/ <= /g, ' > '],
  [/ >= /g, ' < '],
  [/\.some\(/g, '.every('],
  [/\.every\(/g, '.some('],
  [/(?<=[(=&|?:\s>])!(?=[\w(])/g, ''],
  [/(?<![\w'".$-])true(?![\w'"-])/g, 'false'],
  [/(?<![\w'".$-])false(?![\w'"-])/g, 'true'],
  [/(?<=severity: )'error'/g, "'info'"],
  [/(?<=severity: )'warning'/g, "'info'"],
  [/(?<=severity: )'info'/g, "'error'"],
  [/(?<=\? )\('error' as const\)/g, "('info' as const)"],
  [/return \[\]/g, 'return [{message: "changed"}]'],
]

/** Texts, comments and what is only shown are left alone: conditions are what this is about. */
function mutants(source) {
  const blank = text => text.replace(/[^\n]/g, ' ')
  const code = source
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, blank)
    .replace(/^(import .*|\s*(title|why|fix|versions|references|proof|message|path): .*)$/gm, blank)
  return CHANGES.flatMap(([find, put]) =>
    [...code.matchAll(find)].map(match => ({
      line: source.slice(0, match.index).split('\n').length,
      change: `${match[0].trim() || '!'} → ${put.trim() || 'nothing'}`,
      text: source.slice(0, match.index) + put + source.slice(match.index + match[0].length),
    })),
  )
}

const work = await mkdtemp(join(tmpdir(), 'meshctl-mutation-'))
let current
const builder = await context({
  absWorkingDir: root,
  stdin: {
    contents:
      "export {caseOutcome} from './test/support/rule-case.ts'\nexport {openFiles} from './src/sources/open.ts'\nexport {rule} from 'mutant'",
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
  logLevel: 'silent',
  banner: {js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"},
  outfile: join(work, 'out.mjs'),
  plugins: [
    {
      name: 'mutant',
      setup(build) {
        build.onResolve({filter: /^mutant$/}, () => ({path: 'mutant', namespace: 'mutant'}))
        build.onLoad({filter: /.*/, namespace: 'mutant'}, () => ({
          contents: current.text,
          loader: 'ts',
          resolveDir: join(root, 'src/rules', current.slug),
        }))
      },
    },
  ],
})

let serial = 0
async function survives(slug, text, cases) {
  current = {slug, text}
  const {writeFile} = await import('node:fs/promises')
  const built = await builder.rebuild().catch(() => undefined)
  if (built === undefined) return false
  const file = join(work, `m${serial++}.mjs`)
  await writeFile(file, built.outputFiles[0].contents)
  const {rule, caseOutcome, openFiles} = await import(pathToFileURL(file).href)
  await rm(file)
  const sample = await openFiles([join(root, 'src/sample/mesh.tgz')])
  for (const given of cases) {
    try {
      const {wanted, found, missing} = await caseOutcome(sample, rule, given)
      if (wanted !== found || missing.length > 0) return false
    } catch {
      return false
    }
  }
  return true
}

let killed = 0
const alive = []
try {
  for (const slug of slugs) {
    const source = readFileSync(join(root, 'src/rules', slug, 'rule.ts'), 'utf8')
    const cases = parse(readFileSync(join(root, 'src/rules', slug, 'cases.yaml'), 'utf8'))
    if (!(await survives(slug, source, cases))) throw new Error(`${slug}: its cases fail before anything is changed`)
    for (const {line, change, text} of mutants(source)) {
      if (await survives(slug, text, cases)) alive.push(`src/rules/${slug}/rule.ts:${line}: ${change}`)
      else killed++
    }
  }
} finally {
  await builder.dispose()
  await rm(work, {recursive: true, force: true})
}
const total = killed + alive.length
const percent = total === 0 ? 100 : (100 * killed) / total
console.log([...alive, `${killed} of ${total} changes noticed: ${percent.toFixed(1)} %`].join('\n'))
process.exitCode = percent >= min ? 0 : 1
