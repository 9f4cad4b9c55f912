import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {sniffAll} from '../../../src/formats/sniff.js'

/** The part of a file that is looked at. A pattern that runs over line ends needs hours for this much; the right one, milliseconds. */
const BYTES = 65_536

test.each([
  ['new lines', '\n'],
  ['spaces', ' '],
  ['tabs', '\t'],
  ['carriage returns', '\r\n'],
  ['spaces and new lines', ' \n'],
  ['form feeds', '\f\n'],
  ['dashes', '- '],
  ['documents', '---\n'],
  ['braces', '{\n'],
  ['heads of socket lists', 'Recv-Q '],
  ['program names', 'iptables v1 '],
  ['program names on lines', 'iptables v1\n'],
  ['tcp', 'tcp 1 '],
  ['digits', 'tcp 1111111111'],
  ['levels', 'info\t'],
])('64 KiB of %s are nothing, or at most what they look like, and said at once', (_what, atom) => {
  const text = atom.repeat(Math.ceil(BYTES / atom.length)).slice(0, BYTES)
  expect(
    sniffAll(Buffer.from(text)).every(found => ['unknown', 'net.sockets', 'net.iptables.nft'].includes(found)),
  ).toBe(true)
})

function sources(folder: string): readonly string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? sources(path) : name.endsWith('.ts') ? [path] : []
  })
}

test('no pattern that starts at each line runs over the ends of lines', () => {
  const found = sources('src').flatMap(path =>
    [...readFileSync(path, 'utf8').matchAll(/\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*m[a-z]*/g)]
      .map(([pattern]) => pattern)
      .filter(pattern => /\^(?:\(\?:)?\\s[*+]/.test(pattern))
      .map(pattern => `${path}: ${pattern}`),
  )
  expect(found).toEqual([])
})

test('no pattern looks ahead over a line once for each blank the line starts with', () => {
  const found = sources('src').flatMap(path =>
    [...readFileSync(path, 'utf8').matchAll(/\^(?:\[ \\t\]|\\s)[*+]\(\?[=!]\.[*+].*/g)].map(
      ([pattern]) => `${path}: ${pattern}`,
    ),
  )
  expect(found).toEqual([])
})
