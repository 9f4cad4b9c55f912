import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, relative, resolve} from 'node:path'
import {describe, expect, test} from '@jest/globals'

const ROOT = resolve('.')

/** Rows of the house: a file imports from its own folder or from a strictly lower row. */
const ROWS: Readonly<Record<string, number>> = {
  commands: 6,
  'src/cli': 5,
  'src/kubeapi': 4,
  'src/reports': 3,
  'src/rules': 2,
  'src/sources': 2,
  'src/formats': 1,
  'src/analysis': 1,
  'src/wire': 1,
  'src/model': 0,
  'src/terminal': 0,
}

/** Which folders may import a package: each dependency has one door. */
const DOORS: Readonly<Record<string, RegExp>> = {
  '@oclif/core': /^(commands|src\/cli)\//,
  '@kubernetes/client-node': /^src\/sources\/cluster\//,
  'fastest-levenshtein': /^src\/sources\/not-found\.ts$/,
  hpagent: /^src\/sources\/cluster\/agent\.ts$/,
  'socks-proxy-agent': /^src\/sources\/cluster\/agent\.ts$/,
  'cli-table3': /^src\/terminal\/box\.ts$/,
  picocolors: /^src\/terminal\/render\.ts$/,
  re2js: /^src\/analysis\/envoy\/matching\/regex\.ts$/,
  yaml: /^src\/(terminal\/yaml|formats\/kube-manifest\/.*)\.ts$/,
  'tar-stream': /^src\/sources\/bundle\//,
  ws: /^src\/(wire|kubeapi)\//,
  '@marcbachmann/cel-js': /^src\/rules\/condition\.ts$/,
  sarif: /^src\/reports\/check\/forms\/sarif\.ts$/,
}

const BANNED = /^(utils?|helpers?|common|misc|managers?|services?|types)(\.ts)?$/

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name)))
}

const FILES = [...sources('src'), ...sources('commands')].filter(file => !file.startsWith('src/sample/'))
const TEXT = new Map(FILES.map(file => [file, readFileSync(join(ROOT, file), 'utf8')]))

function imports(file: string): string[] {
  const text = (TEXT.get(file) ?? '').replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g,
  )
  return [...found].map(match => match[1] ?? match[2] ?? '')
}

function roomOf(file: string): string {
  return file.startsWith('commands/') ? 'commands' : file.split('/').slice(0, 2).join('/')
}

function target(file: string, specifier: string): string {
  return relative(ROOT, resolve(ROOT, dirname(file), specifier)).replace(/\.js$/, '.ts')
}

/** Where inside its room a file lives; a room's own parts may import each other. */
function problems(check: (file: string) => string[]): string[] {
  return FILES.flatMap(file => check(file).map(problem => `${file}: ${problem}`))
}

describe('the house', () => {
  test('every source file lies in a known room', () => {
    expect(FILES.filter(file => ROWS[roomOf(file)] === undefined)).toEqual([])
  })

  test('imports go to the own room or a strictly lower row', () => {
    const found = problems(file =>
      imports(file)
        .filter(specifier => specifier.startsWith('.'))
        .map(specifier => roomOf(target(file, specifier)))
        .filter(room => {
          const from = roomOf(file)
          if (room === from) return false
          return (ROWS[room] ?? 99) >= (ROWS[from] ?? -1)
        })
        .map(room => `imports ${room}`),
    )
    expect(found).toEqual([])
  })

  test('reports do not lay out, views do not fetch or parse', () => {
    const found = problems(file => {
      const rooms = imports(file).map(specifier => (specifier.startsWith('.') ? roomOf(target(file, specifier)) : ''))
      if (/^src\/reports\/.*\/report\.ts$/.test(file)) return rooms.filter(room => room === 'src/terminal')
      if (/^src\/reports\/.*\/view\.ts$/.test(file))
        return rooms.filter(room => room === 'src/sources' || room === 'src/formats')
      return []
    })
    expect(found).toEqual([])
  })

  test('rules do no I/O', () => {
    const found = problems(file =>
      file.startsWith('src/rules/') ? imports(file).filter(each => each.startsWith('node:')) : [],
    )
    expect(found).toEqual([])
  })

  test('each dependency has one door', () => {
    const found = problems(file =>
      imports(file).filter(specifier => {
        if (specifier.startsWith('.') || specifier.startsWith('node:')) return false
        const name = specifier.startsWith('@')
          ? specifier.split('/').slice(0, 2).join('/')
          : (specifier.split('/')[0] ?? '')
        return !(DOORS[name]?.test(file) ?? false)
      }),
    )
    expect(found).toEqual([])
  })

  test('no import cycles', () => {
    const edges = new Map(
      FILES.map(file => [
        file,
        imports(file)
          .filter(each => each.startsWith('.'))
          .map(each => target(file, each)),
      ]),
    )
    const done = new Set<string>()
    const cycles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
        return
      }
      if (done.has(file)) return
      for (const next of edges.get(file) ?? []) visit(next, [...path, file])
      done.add(file)
    }
    for (const file of FILES) visit(file, [])
    expect(cycles).toEqual([])
  })

  test('files stay small', () => {
    const limit = (file: string) =>
      file.startsWith('commands/') ? 80 : /^src\/rules\/.*\/rule\.ts$/.test(file) ? 100 : 400
    expect(
      problems(file => {
        const lines = (TEXT.get(file) ?? '').split('\n').length - 1
        return lines > limit(file) ? [`${lines} lines, the limit is ${limit(file)}`] : []
      }),
    ).toEqual([])
  })

  test('names say what is inside', () => {
    // A command's file is named by what a person types, `describe service` among it.
    const named = FILES.filter(file => !file.startsWith('commands/'))
    const banned = named.flatMap(file => file.split('/')).filter(part => BANNED.test(part))
    expect(banned).toEqual([])
    expect(FILES.filter(file => !/^[a-z0-9/.-]+\.ts$/.test(file))).toEqual([])
  })

  test('no `any`, no non-null assertion, no enum, no default export outside commands', () => {
    expect(
      problems(file => {
        const code = (TEXT.get(file) ?? '')
          .replace(/\/\*[\s\S]*?\*\//g, '')
          .replace(/\/\/.*$/gm, '')
          .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/g, "''")
        return [
          ...(/(:|<|\bas)\s*any\b/.test(code) ? ['uses any'] : []),
          ...(/^\s*(export )?(const )?enum /m.test(code) ? ['declares an enum'] : []),
          ...(!file.startsWith('commands/') && /^export default/m.test(code) ? ['has a default export'] : []),
        ]
      }),
    ).toEqual([])
  })

  test('commands extend MeshCommand directly and nothing else does', () => {
    expect(
      problems(file => {
        const bases = [...(TEXT.get(file) ?? '').matchAll(/class \w+ extends (\w+)/g)].map(match => match[1] ?? '')
        if (file.startsWith('commands/')) return bases.filter(base => base !== 'MeshCommand')
        return bases.filter(base => base === 'MeshCommand')
      }),
    ).toEqual([])
  })

  test('no argument is taken from standard input behind the back of the user', () => {
    expect(
      problems(file =>
        [...(TEXT.get(file) ?? '').matchAll(/Args\.\w+\(\{([\s\S]*?)\}\)/g)]
          .filter(match => !(match[1] ?? '').includes('ignoreStdin: true'))
          .map(match => match[0].slice(0, 60)),
      ),
    ).toEqual([])
  })

  test('exported functions say what they promise', () => {
    expect(
      problems(file => {
        const text = TEXT.get(file) ?? ''
        return [...text.matchAll(/(^|\n)([^\n]*)\nexport (?:async )?function (\w+)/g)]
          .filter(match => !/\*\/\s*$/.test(match[2] ?? ''))
          .map(match => `${match[3]} has no sentence above it`)
      }),
    ).toEqual([])
  })

  test('nothing reaches a shell', () => {
    expect(
      problems(file =>
        [...(TEXT.get(file) ?? '').matchAll(/shell:\s*true|\bexecSync\(|\bexec\(\s*['"`]/g)].map(match => match[0]),
      ),
    ).toEqual([])
  })
})
