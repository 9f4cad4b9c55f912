import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {parseSync} from '@swc/core'
import {analyse} from 'scslre'
import {SEEN} from '../../support/seen-patterns.js'

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, {withFileTypes: true}).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'sample' ? [] : filesBelow(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

/** Every regular expression a file holds, as the parser of the compiler finds them. */
function patternsOf(file: string): readonly {readonly source: string; readonly flags: string}[] {
  const found: {source: string; flags: string}[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if ('type' in node && node.type === 'RegExpLiteral' && 'pattern' in node && 'flags' in node)
      found.push({source: String(node.pattern), flags: String(node.flags)})
    for (const inner of Object.values(node)) visit(inner)
  }
  visit(parseSync(readFileSync(file, 'utf8'), {syntax: 'typescript'}).body)
  return found
}

/** Why a pattern may take more than linear time, by its automaton; empty when it cannot. */
function faults(pattern: {readonly source: string; readonly flags: string}): readonly string[] {
  const {reports} = analyse(pattern, {reportTypes: {Move: true, Self: true, Trade: true}})
  return reports.map(({type, exponential}) => (exponential ? `${type}, exponential` : type))
}

const PATTERNS = [...filesBelow('src'), ...filesBelow('commands')].flatMap(patternsOf)

test('the judge finds what it is there for', () => {
  expect(faults({source: '^(a+)+$', flags: ''})).toContain('Self, exponential')
  expect(faults({source: '\\s+$', flags: ''})).toEqual(['Move'])
  expect(faults({source: '^[a-z]+$', flags: ''})).toEqual([])
})

/** Ends that match whatever is left of a line, so that nothing before them is tried again. */
const TAIL = /(?:\(\.\*\)|\.\*|\(\[\\s\\S\][*+]\)|\(\\S\.\*\)|\(\?:\\s[+*]\(\.\*\)\)\?)\$$/

function parsed(pattern: string): {readonly source: string; readonly flags: string} {
  const end = pattern.lastIndexOf('/')
  return {source: pattern.slice(1, end), flags: pattern.slice(end + 1)}
}

test('no pattern takes more than linear time, but for those that were looked at', () => {
  expect(PATTERNS.length).toBeGreaterThan(1500)
  const found = PATTERNS.filter(pattern => faults(pattern).length > 0).map(({source, flags}) => `/${source}/${flags}`)
  expect([...new Set(found)].filter(pattern => !SEEN.has(pattern))).toEqual([])
  // What was rewritten or removed since is no exception any more.
  expect([...SEEN.keys()].filter(pattern => !found.includes(pattern))).toEqual([])
})

test.each([...SEEN].flatMap(([pattern, why]) => (why === 'tail' ? [pattern] : [])))(
  '%s is linear but for an end that always matches',
  pattern => {
    const {source, flags} = parsed(pattern)
    expect(source).toMatch(TAIL)
    expect(faults({source: source.replace(TAIL, ''), flags})).toEqual([])
  },
)
