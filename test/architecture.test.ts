import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join, relative, resolve} from 'node:path'
import {describe, expect, test} from '@jest/globals'

const ROOT = resolve('.')

/** Rows of the house: a file imports from its own room or from a room of a strictly lower row. */
const ROWS: Readonly<Record<string, number>> = {
  commands: 9,
  'src/cli': 8,
  'src/kubeapi': 7,
  'src/reports/WHOLE': 7,
  'src/reports/COMPOSITE': 6,
  'src/reports/QUESTION': 5,
  'src/reports': 4,
  'src/evidence': 3,
  'src/rules': 2,
  'src/sources': 2,
  'src/istiod': 2,
  'src/formats': 1,
  'src/analysis': 1,
  'src/wire': 1,
  'src/model': 0,
  'src/page': 0,
  'src/terminal': 0,
}

/** Reports made of other reports; every other folder of src/reports answers one question and knows no other. */
const COMPOSITES = [
  'all',
  'analyze',
  'describe',
  'egress',
  'errors',
  'merge',
  'monitor',
  'snapshots',
  'verify',
  'what-if',
]

/** Reports that show composites beside one another. */
const WHOLES = ['overview']

/** The longest chain of parts that import one another within a folder of src/reports or src/evidence. */
const FLOORS = 6

/** Which folders may import a package: each dependency has one door. */
const DOORS: Readonly<Record<string, RegExp>> = {
  '@oclif/core': /^(commands|src\/cli)\//,
  '@kubernetes/client-node': /^src\/sources\/cluster\//,
  'fastest-levenshtein': /^src\/model\/text\/nearest\.ts$/,
  hpagent: /^src\/sources\/cluster\/api\/agent\.ts$/,
  'socks-proxy-agent': /^src\/sources\/cluster\/api\/agent\.ts$/,
  '@modelcontextprotocol/sdk': /^src\/cli\/mcp\//,
  '@dagrejs/dagre': /^src\/terminal\/html\/graph-layout\.ts$/,
  'cli-table3': /^src\/terminal\/box\.ts$/,
  picocolors: /^src\/terminal\/render\.ts$/,
  re2js: /^src\/model\/text\/linear-regex\.ts$/,
  yaml: /^src\/(terminal\/yaml|formats\/kube-manifest\/.*|formats\/redact\/yaml-tree)\.ts$/,
  fflate: /^src\/sources\/files\/zip\.ts$/,
  fzstd: /^src\/sources\/files\/zstd\.ts$/,
  htmlparser2: /^src\/formats\/html-text\.ts$/,
  'tar-stream': /^src\/sources\/bundle\//,
  ws: /^src\/(wire|kubeapi)\//,
  '@marcbachmann/cel-js': /^src\/rules\/condition\.ts$/,
  sarif: /^src\/reports\/check\/forms\/sarif\.ts$/,
}

/** What a build makes beside it. */
const MADE = ['coverage', 'dist', 'node_modules', 'oclif.manifest.json']

/** What is at the top of the repository. */
const TOP = [
  ...['.ci', '.dockerignore', '.editorconfig', '.github', '.gitignore', '.npmrc', '.pre-commit-hooks.yaml'],
  ...['Dockerfile', 'LICENSE', 'README.md', 'RELEASING.md', 'SECURITY.md', 'action.yml', 'biome.json'],
  ...['bin', 'commands', 'docs', 'jest.config.js', 'package-lock.json', 'package.json', 'packaging', 'scripts', 'src'],
  ...['test', 'tsconfig.json'],
]

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

/** Specifiers of imports that bring more than types. */
function valueImports(file: string): string[] {
  const clauses = (TEXT.get(file) ?? '').matchAll(/^import\s+(?!type\b)([^'"]*?)\s*from\s+'([^']+)'/gm)
  return [...clauses]
    .filter(([, names = '']) => !/^\{(\s*type\s+\w+(\s+as\s+\w+)?\s*,?)+\s*\}$/.test(names))
    .map(match => match[2] ?? '')
}

/** The room a file belongs to: each folder of src/reports is a room of its own, what lies beside them is shared by all. */
function roomOf(file: string): string {
  const [first = '', second = '', third = '', ...rest] = file.split('/')
  if (first === 'commands') return first
  return second === 'reports' && rest.length > 0 ? `src/reports/${third}` : `${first}/${second}`
}

function rowOf(room: string): number | undefined {
  const [, report] = /^src\/reports\/(.+)$/.exec(room) ?? []
  if (report === undefined) return ROWS[room]
  if (WHOLES.includes(report)) return ROWS['src/reports/WHOLE']
  return ROWS[COMPOSITES.includes(report) ? 'src/reports/COMPOSITE' : 'src/reports/QUESTION']
}

function target(file: string, specifier: string): string {
  return relative(ROOT, resolve(ROOT, dirname(file), specifier)).replace(/\.js$/, '.ts')
}

/** The files of the house a file imports. */
function targets(file: string): string[] {
  return imports(file)
    .filter(specifier => specifier.startsWith('.'))
    .map(specifier => target(file, specifier))
}

/** What the check finds in each file, with the file's name before it. */
function problems(check: (file: string) => string[]): string[] {
  return FILES.flatMap(file => check(file).map(problem => `${file}: ${problem}`))
}

/** The code of a file without comments and without what texts say. */
function codeOf(file: string): string {
  return (TEXT.get(file) ?? '')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/g, "''")
}

const NON_NULL = /[\w)\]]!(?![=\w?])/

/** The chains of imports between the parts of a folder: its files and its subfolders. */
function chainsIn(folder: string): {readonly floors: number; readonly cycles: readonly string[]} {
  const partOf = (file: string) => file.slice(folder.length + 1).split('/')[0] ?? ''
  const inside = FILES.filter(file => file.startsWith(`${folder}/`))
  const edges = new Map<string, Set<string>>()
  for (const file of inside) {
    const from = partOf(file)
    const to = targets(file).filter(each => each.startsWith(`${folder}/`) && partOf(each) !== from)
    edges.set(from, new Set([...(edges.get(from) ?? []), ...to.map(partOf)]))
  }
  const cycles: string[] = []
  const heights = new Map<string, number>()
  const height = (part: string, path: readonly string[]): number => {
    if (path.includes(part)) {
      cycles.push([...path.slice(path.indexOf(part)), part].join(' -> '))
      return 0
    }
    const known = heights.get(part)
    if (known !== undefined) return known
    const found = 1 + Math.max(0, ...[...(edges.get(part) ?? [])].map(each => height(each, [...path, part])))
    heights.set(part, found)
    return found
  }
  return {floors: Math.max(0, ...[...edges.keys()].map(part => height(part, []))), cycles}
}

describe('the house', () => {
  test('every source file lies in a known room', () => {
    expect(FILES.filter(file => rowOf(roomOf(file)) === undefined)).toEqual([])
  })

  test('imports go to the own room or a strictly lower row', () => {
    const found = problems(file =>
      targets(file)
        .map(roomOf)
        .filter(room => room !== roomOf(file) && (rowOf(room) ?? 99) >= (rowOf(roomOf(file)) ?? -1))
        .map(room => `imports ${room}`),
    )
    expect(found).toEqual([])
  })

  test('every composite report is made of others, and no question is', () => {
    const others = (folder: string) =>
      FILES.filter(file => file.startsWith(`src/reports/${folder}/`)).flatMap(file =>
        targets(file).filter(each => roomOf(each).startsWith('src/reports/') && roomOf(each) !== roomOf(file)),
      )
    const folders = [...new Set(FILES.filter(file => /^src\/reports\/.+\//.test(file)).map(roomOf))]
    const made = folders.map(room => room.slice('src/reports/'.length)).filter(folder => others(folder).length > 0)
    expect(made.sort()).toEqual([...COMPOSITES, ...WHOLES].sort())
  })

  test('parts of a report stand on few floors and import in one direction', () => {
    const folders = [...new Set(FILES.filter(file => /^src\/(reports|evidence)\/.+\//.test(file)).map(dirname))]
      .map(folder => folder.split('/').slice(0, 3).join('/'))
      .filter((folder, index, all) => all.indexOf(folder) === index)
    const found = ['src/evidence', ...folders].flatMap(folder => {
      const {floors, cycles} = chainsIn(folder)
      return [...cycles, ...(floors > FLOORS ? [`${floors} floors, the limit is ${FLOORS}`] : [])].map(
        each => `${folder}: ${each}`,
      )
    })
    expect(found).toEqual([])
  })

  test('reports do not lay out, and what lays out does not read or parse', () => {
    const found = problems(file => {
      if (!file.startsWith('src/reports/')) return []
      const laysOut = targets(file).some(each => roomOf(each) === 'src/terminal')
      if (file.endsWith('/report.ts')) return laysOut ? ['lays out'] : []
      if (!laysOut && !file.endsWith('view.ts')) return []
      return valueImports(file)
        .filter(each => each.startsWith('.'))
        .map(each => roomOf(target(file, each)))
        .filter(room => ['src/sources', 'src/formats', 'src/evidence'].includes(room))
        .map(room => `lays out and imports ${room}`)
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
    const edges = new Map(FILES.map(file => [file, targets(file)]))
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

  test('the top holds what a newcomer expects, and no file that something left behind', () => {
    // What is not kept, such as notes of a developer, is nobody's business; an export without .git has only what is.
    const kept = existsSync('.git')
      ? execFileSync('git', ['ls-files', '--cached'], {encoding: 'utf8'})
          .split('\n')
          .filter(path => path !== '')
      : readdirSync('.').filter(name => !MADE.includes(name))
    const top = [...new Set(kept.map(path => path.split('/')[0] ?? ''))]
    expect(top.filter(name => !TOP.includes(name))).toEqual([])
  })

  test('names say what is inside', () => {
    // A command's file is named by what a person types, `describe service` among it.
    const named = FILES.filter(file => !file.startsWith('commands/'))
    const banned = named.flatMap(file => file.split('/')).filter(part => BANNED.test(part))
    expect(banned).toEqual([])
    expect(FILES.filter(file => !/^[a-z0-9/.-]+\.ts$/.test(file))).toEqual([])
  })

  test('no `any`, no enum, no default export outside commands (Biome refuses non-null assertions)', () => {
    expect(
      problems(file => {
        const code = codeOf(file)
        return [
          ...(NON_NULL.test(code) ? ['asserts that something is not null'] : []),
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

  test('an assertion that something is not null would be seen', () => {
    for (const code of ['rows[0]!.name', 'name!', 'call()!;', 'f(a!, b)']) expect(code).toMatch(NON_NULL)
    for (const code of ['a !== b', 'a != b', '!a', 'a && !b', 'x=!y']) expect(code).not.toMatch(NON_NULL)
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

  test('nothing outside the sources decides by the kind of a source', () => {
    const decision =
      /\borigin\??\.kind\s*(?:[!=]==|\])|\(\s*[\w.]*origin\??\.kind\s*\)|\bkind\s*[!=]==\s*'(?:bundle|files|netns|sample|memory)'/g
    expect("if (source.origin.kind !== 'cluster') return".match(decision)).toHaveLength(1)
    expect(
      problems(file =>
        file.startsWith('src/sources/')
          ? []
          : [...(TEXT.get(file) ?? '').matchAll(decision)].map(match => `${match[0]}: ask its traits instead`),
      ),
    ).toEqual([])
  })

  test('tests remove the directories they make, and make them where the system keeps such', () => {
    const tests = readdirSync('test', {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts'))
    const found = tests.flatMap(name => {
      const text = readFileSync(join(ROOT, 'test', name), 'utf8')
      const makes = /\bmkdtemp(?:Sync)?\(/.test(text)
      const removes = /\brm(?:Sync)?\(|\btempFolder\(/.test(text)
      return [
        ...(makes && !removes ? [`${name}: makes a directory and never removes it`] : []),
        ...(/['"`]\/tmp\//.test(text) ? [`${name}: /tmp is not everywhere`] : []),
      ]
    })
    expect(found.filter(each => !each.startsWith('architecture'))).toEqual([])
  })

  test('bounds and deadlines of I/O are listed in the limits.ts of their room', () => {
    // Sizes that a protocol or a format fixes are not bounds.
    const fixed = /^(HEAD_BYTES|MAX_DATA_BYTES|MAX_PAYLOAD_BYTES)$/
    expect(
      problems(file =>
        /^src\/(wire|kubeapi|sources)\//.test(file) && !file.endsWith('/limits.ts')
          ? [...(TEXT.get(file) ?? '').matchAll(/^(?:export )?const ([A-Z_]+_(?:MS|BYTES)) = /gm)]
              .map(match => match[1] ?? '')
              .filter(name => !fixed.test(name))
          : [],
      ),
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
