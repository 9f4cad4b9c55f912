import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {PARSERS} from '../../support/parsers.js'

const FOLDER = 'test/fixtures/fuzz'

/** One small text of each format. */
const CORPUS = readdirSync(FOLDER)
  .sort()
  .map(name => readFileSync(join(FOLDER, name)))

/** What has a meaning to some reader, or broke one before. */
const TOKENS = [
  '\n',
  '\r\n',
  '\0',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '-',
  '- ',
  '---\n',
  '__proto__',
  'constructor',
  '-1',
  '1e999',
  'NaN',
  'null',
  '\u202e',
  '\x1b[2J',
  '\x9b',
  '\ufeff',
  'password=',
  '*',
  '&a ',
  '!!js ',
  '65536',
  '0x',
  '%00',
  '{{',
  '<html>',
  '-----BEGIN ',
]

/** A part of a text of the corpus. */
const part = fc
  .record({text: fc.constantFrom(...CORPUS), from: fc.nat(600), length: fc.nat(60)})
  .map(({text, from, length}) => text.subarray(from % (text.length + 1), (from % (text.length + 1)) + length))

/** One change: what stands at a place is left out, kept or doubled, and something is put there. */
const change = fc.record({
  at: fc.nat(2000),
  takes: fc.nat(40),
  keeps: fc.constantFrom(0, 1, 2),
  puts: fc.oneof(
    fc.constant(Buffer.alloc(0)),
    fc.constantFrom(...TOKENS).map(token => Buffer.from(token)),
    fc.uint8Array({maxLength: 3}).map(bytes => Buffer.from(bytes)),
    part,
  ),
})

/** A text of the corpus changed in one to six places. */
const damaged = fc
  .record({text: fc.constantFrom(...CORPUS), changes: fc.array(change, {minLength: 1, maxLength: 6})})
  .map(({text, changes}) =>
    changes.reduce((bytes: Buffer, {at, takes, keeps, puts}) => {
      const start = at % (bytes.length + 1)
      const taken = bytes.subarray(start, start + takes)
      const kept = Array.from({length: keeps}, () => taken)
      return Buffer.concat([bytes.subarray(0, start), ...kept, puts, bytes.subarray(start + takes)])
    }, text),
  )

/**
 * Gives damaged texts to readers, each to one, and throws when one of them throws: with the text, made as short as it can be, and the seed. Each
 * reader may answer or refuse in its own way.
 */
export function fuzzParsers(seed: number, inputs: number): void {
  const reader = fc.constantFrom(...Object.keys(PARSERS))
  fc.assert(
    fc.property(reader, damaged, (name, bytes) => {
      PARSERS[name]?.(bytes)
    }),
    {seed, numRuns: inputs},
  )
}
