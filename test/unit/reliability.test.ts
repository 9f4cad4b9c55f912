import {readdirSync, readFileSync} from 'node:fs'
import {expect, test} from '@jest/globals'

const PAGE = readFileSync('docs/reliability.md', 'utf8')
const FILES = readdirSync('test', {recursive: true, encoding: 'utf8'})
  .map(path => path.replaceAll('\\', '/'))
  .filter(path => path.endsWith('.test.ts'))

/** The last column of each row about faults: names of test files below test/unit or test. */
const CELLS = PAGE.slice(PAGE.indexOf('## Faults'))
  .split('\n')
  .filter(line => /^\| (?!seam |---)/.test(line))
  .map(line => line.split('|').at(-2) ?? '')

function exists(name: string): boolean {
  return FILES.some(
    path =>
      [`/${name}.test.ts`, `/${name}.long.test.ts`].some(end => `/${path}`.endsWith(end)) || path.includes(`/${name}/`),
  )
}

test('at least 60 faults are listed, each with a test that exists', () => {
  expect(CELLS.length).toBeGreaterThanOrEqual(60)
  const named = CELLS.map(cell => [...cell.matchAll(/`([a-z][\w/-]+)`/g)].map(([, name = '']) => name))
  expect(CELLS.filter((_, at) => named[at]?.length === 0)).toEqual([])
  expect([...new Set(named.flat())].filter(name => !exists(name))).toEqual([])
})

test('every other test that the page names exists', () => {
  const paths = [...PAGE.matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map(([, path = '']) => path)
  expect(paths.filter(path => !FILES.includes(path.replace(/^test\//, '')))).toEqual([])
  expect(paths.length).toBeGreaterThan(2)
})
