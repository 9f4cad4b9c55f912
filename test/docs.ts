import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {expect, test} from '@jest/globals'
import {meshctl} from './support/cli.js'
import {corpusShare} from './support/oracle-size.js'

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

/** How many of the shown lines are one line of output as a terminal wraps it at spaces; 0 when they are not. */
function wrapped(expected: readonly string[], line: string): number {
  let joined = ''
  for (const [index, text] of expected.entries()) {
    joined = index === 0 ? text : `${joined} ${text.trimStart()}`
    if (joined === line) return index + 1
    if (!line.startsWith(`${joined} `)) return 0
  }
  return 0
}

/**
 * True when the shown lines are the output; a line `...` stands for any lines, ` ...` at the end of one for the rest of it. A paragraph is shown
 * wrapped, as on a terminal; the output of a test is not a terminal and has it on one line.
 */
function shows(expected: readonly string[], actual: readonly string[]): boolean {
  const [first, ...rest] = expected
  if (first === undefined) return actual.length === 0
  if (first === '...') return actual.some((_, index) => shows(rest, actual.slice(index))) || rest.length === 0
  const [line] = actual
  if (line === undefined) return false
  if (first.endsWith(' ...')) return line.startsWith(first.slice(0, -4)) && shows(rest, actual.slice(1))
  const taken = wrapped(expected, line)
  return taken > 0 && shows(expected.slice(taken), actual.slice(1))
}

const ALL = FILES.flatMap(examples)

/** Fails when the documents have no examples, or one that no test knows how to run. */
export function examplesAreKnown(): void {
  expect(ALL.filter(example => example.command.startsWith('meshctl ')).length).toBeGreaterThan(5)
  const strange = ALL.filter(
    ({command}) => !command.startsWith('meshctl ') && !ELSEWHERE.some(known => known.test(command)),
  )
  expect(strange).toEqual([])
}

/** Fails when a relative link of a document names no file. */
export function linksLeadSomewhere(): void {
  const broken = FILES.flatMap(file =>
    [...readFileSync(file, 'utf8').matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
      .map(match => match[1] ?? '')
      .filter(link => !link.startsWith('http') && !existsSync(join(dirname(file), link)))
      .map(link => `${file}: ${link}`),
  )
  expect(broken).toEqual([])
}

/** Runs every example of the README and a share of those in docs, and compares the output with what is shown. */
export function examplesAreTrue(share: number): void {
  const commands = ALL.filter(({command}) => command.startsWith('meshctl '))
  const front = commands.filter(({file}) => file === 'README.md')
  const rest = commands.filter(({file}) => file !== 'README.md')
  test.each(
    [...front, ...corpusShare('DOCS', rest, share)].map(
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
    if (shown.length > 0 && !shows(shown, actual)) expect(actual).toEqual(shown)
  })
}
