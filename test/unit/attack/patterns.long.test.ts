import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {parseSync} from '@swc/core'

interface Pattern {
  readonly file: string
  readonly pattern: string
  readonly flags: string
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, {withFileTypes: true}).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'sample' ? [] : filesBelow(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

/** Every regular expression the source holds, as the parser of the compiler finds them. */
function patternsOf(file: string): readonly Pattern[] {
  const found: Pattern[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if ('type' in node && node.type === 'RegExpLiteral' && 'pattern' in node && 'flags' in node)
      found.push({file, pattern: String(node.pattern), flags: String(node.flags)})
    for (const inner of Object.values(node)) visit(inner)
  }
  visit(parseSync(readFileSync(file, 'utf8'), {syntax: 'typescript'}).body)
  return found
}

const PATTERNS = [...filesBelow('src'), ...filesBelow('commands')].flatMap(patternsOf)
/** Characters whose repetition makes patterns that overlap with themselves try every start and every end. */
const ATOMS = [
  ...[
    ' ',
    '\t',
    '\n',
    ' \n',
    '\r\n',
    'a',
    'a ',
    'a.',
    'a-',
    'a_',
    'A_',
    '1',
    '1.',
    '"',
    "'",
    '`',
    '\\',
    '{',
    '(',
    '[',
    '[[',
  ],
  ...[
    '-',
    '- ',
    '+',
    ': ',
    'a:',
    '=',
    'a=',
    '/',
    '://',
    '%',
    '<',
    '>',
    '> ',
    '#',
    '*',
    '!',
    '&',
    '@',
    'a@',
    ',',
    'a,',
    '. ',
    '|',
    'a|',
    '~',
  ],
]
const SIZE = 6_000

function literalsOf(pattern: string): readonly string[] {
  const plain = pattern.replace(/\\[sSdDwWbB]/g, ' ').replace(/\[[^\]]*\]/g, ' ')
  return [...new Set(plain.match(/[A-Za-z0-9_:#"'=<>*@-]{2,}/g) ?? [])].slice(0, 3)
}

function millisecondsFor(regex: RegExp, text: string): number {
  regex.lastIndex = 0
  const start = performance.now()
  if (regex.global) text.replace(regex, '')
  else regex.test(text)
  return performance.now() - start
}

/** The fastest of three runs, so that a busy machine is not taken for a slow pattern. */
function fastest(regex: RegExp, text: string): number {
  return Math.min(...[1, 2, 3].map(() => millisecondsFor(regex, text)))
}

/** The text for which four times as much takes much more than four times as long; undefined when there is none. */
function worstText({pattern, flags}: Pattern): string | undefined {
  if (flags.includes('y')) return undefined
  const regex = new RegExp(pattern, flags)
  const literals = literalsOf(pattern)
  for (const atom of [...ATOMS, ...literals.flatMap(word => [word, `${word} `])]) {
    for (const [before, after] of [
      ['', '\u0001'],
      [literals[0] ?? '', '\u0001'],
    ] as const) {
      const text = (size: number) => before + atom.repeat(size / atom.length) + after
      if (millisecondsFor(regex, text(SIZE)) < 4) continue
      const [small, large] = [fastest(regex, text(SIZE)), fastest(regex, text(4 * SIZE))]
      if (small > 3 && large > 9 * small) return JSON.stringify(`${before}, then ${atom}`)
    }
  }
  return undefined
}

test('no pattern needs more than linear time for a text of one thing repeated', () => {
  const found = PATTERNS.flatMap(each => {
    const text = worstText(each)
    return text === undefined ? [] : [`${each.file}: /${each.pattern}/ for ${text}`]
  })
  expect(found).toEqual([])
  expect(PATTERNS.length).toBeGreaterThan(1000)
}, 600_000)
