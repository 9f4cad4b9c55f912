import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {NO_PARSERS, PARSERS} from '../../support/parsers.js'

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesBelow(path) : name.endsWith('.ts') ? [path] : []
  })
}

const TAKES_TEXT =
  /^export function\*? (\w+)(?:<[^>]*>)?\(\s*\{?\w+\}?: (?:Uint8Array|Buffer|string|Artifact|Pick<Artifact, 'bytes'>)[,)\s]/gm

/** Exported functions of src/formats that take a text or bytes first, and are called from other rooms. */
function doors(): readonly string[] {
  const formats = filesBelow('src/formats').flatMap(path =>
    [...readFileSync(path, 'utf8').matchAll(TAKES_TEXT)].map(([, name = '']) => name),
  )
  const others = [...filesBelow('src'), ...filesBelow('commands')].filter(path => !path.startsWith('src/formats/'))
  const imported = others.flatMap(path =>
    [...readFileSync(path, 'utf8').matchAll(/import (?:type )?\{([^}]*)\} from '[^']*formats\//g)].flatMap(
      ([, names = '']) => names.split(',').map(name => name.trim()),
    ),
  )
  return [...new Set(formats)].filter(name => imported.includes(name))
}

test('every reader of text from outside is in the table that is fuzzed and measured', () => {
  const known = [...Object.keys(PARSERS), ...NO_PARSERS]
  expect(doors().length).toBeGreaterThan(40)
  expect(doors().filter(name => !known.includes(name))).toEqual([])
})
