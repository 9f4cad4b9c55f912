import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {meshctl} from './support/cli.js'

/** Commands in the documents that are run by other means: by the gate itself, or by hand on a machine of one's own. */
const ELSEWHERE = [/^npm (ci|start|test|run bench|pack|run generate)\b/]

interface Example {
  readonly file: string
  readonly line: number
  readonly command: string
  readonly expected: readonly string[]
}

const FILES = [
  'README.md',
  ...readdirSync('docs', {recursive: true, encoding: 'utf8'})
    .filter(name => name.endsWith('.md'))
    .map(name => join('docs', name)),
]

/** Every `$ command` of every console block with the output shown under it. */
function examples(file: string): Example[] {
  const found: {file: string; line: number; command: string; expected: string[]}[] = []
  let inside = false
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((text, index) => {
      if (text.startsWith('```')) inside = text.trim() === '```console'
      else if (inside && text.startsWith('$ '))
        found.push({file, line: index + 1, command: text.slice(2), expected: []})
      else if (inside) found.at(-1)?.expected.push(text)
    })
  return found
}

/** Words of a command line without quotes or with simple single quotes. */
function words(command: string): string[] {
  return (command.match(/'[^']*'|\S+/g) ?? []).map(word => word.replace(/^'(.*)'$/, '$1'))
}

/**
 * True when the words of the shown lines are those of the output: a document shows paragraphs as a terminal of its width wraps them, the output of a
 * test is no terminal and has each on one line. A line `...` stands for any words.
 */
function showsWords(expected: readonly string[], actual: readonly string[]): boolean {
  const wordsOf = (lines: readonly string[]) => lines.join(' ').replace(/\s+/g, ' ').trim()
  const all = wordsOf(actual)
  const parts = wordsOf(expected).split(/ ?\.\.\.(?= |$) ?/)
  let at = 0
  return parts.every((part, index) => {
    const found = index === 0 ? (all.startsWith(part) ? 0 : -1) : all.indexOf(part, at)
    at = found + part.length
    return found >= 0 && (index < parts.length - 1 || part === '' || at === all.length)
  })
}

/** True when the shown lines are the output; a line `...` stands for any lines, ` ...` at the end of one for the rest of it. */
function shows(expected: readonly string[], actual: readonly string[]): boolean {
  const [first, ...rest] = expected
  if (first === undefined) return actual.length === 0
  if (first === '...') return actual.some((_, index) => shows(rest, actual.slice(index))) || rest.length === 0
  const [line] = actual
  const same = first.endsWith(' ...') ? line?.startsWith(first.slice(0, -4)) === true : line === first
  return same && shows(rest, actual.slice(1))
}

const ALL = FILES.flatMap(examples)

describe('examples in the documents', () => {
  test('there are some, and each is one we know how to run', () => {
    expect(ALL.filter(example => example.command.startsWith('meshctl ')).length).toBeGreaterThan(5)
    const strange = ALL.filter(
      ({command}) => !command.startsWith('meshctl ') && !ELSEWHERE.some(known => known.test(command)),
    )
    expect(strange).toEqual([])
  })

  test('links lead somewhere', () => {
    const broken = FILES.flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
        .map(match => match[1] ?? '')
        .filter(link => !link.startsWith('http') && !existsSync(join(dirname(file), link)))
        .map(link => `${file}: ${link}`),
    )
    expect(broken).toEqual([])
  })

  test.each(
    ALL.filter(({command}) => command.startsWith('meshctl ')).map(
      example => [`${example.file}:${example.line} ${example.command}`, example] as const,
    ),
  )('%s', async (_name, {command, expected}) => {
    const [line = '', comment = ''] = command.split(/\s+#\s+/)
    const run = await meshctl(words(line).slice(1), {env: {COLUMNS: '100'}})
    const ends = /ends with (\d+)/.exec(comment)?.[1] ?? '0'
    expect({stderr: run.code === Number(ends) ? '' : run.stderr, code: run.code}).toEqual({
      stderr: '',
      code: Number(ends),
    })
    const shown = expected.map(text => text.trimEnd())
    const actual = `${run.stdout}`
      .replace(/\n$/, '')
      .split('\n')
      .map(text => text.trimEnd())
    if (shown.length > 0 && !shows(shown, actual) && !showsWords(shown, actual)) expect(actual).toEqual(shown)
  })
})
