// How the time of every reader of text from outside grows with the text, at four sizes of its worst input.
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {bundled} from './bundled.js'

const CORPUS = 'test/fixtures/fuzz'
/** Of the search for the worst input, and of the fit. */
const SEARCH = [8, 64].map(kib => kib * 1024)
const SIZES = [64, 128, 256, 512].map(kib => kib * 1024)
/** A text that takes longer than this at one size is not tried at the next. */
const TOO_LONG_MS = 4000
/** Below this a figure is start-up and collection of garbage, no growth. */
const LEAST_MS = 4
const WORST = 3

/** What repeats into a text that patterns and scanners may try from each of its places. */
const ATOMS = [
  ...[
    ' ',
    '\t',
    '\n',
    '\r\n',
    ' \n',
    '\n\n',
    '\f',
    'a',
    'a ',
    'a.',
    'a-',
    'a_',
    'A',
    '1',
    '1.',
    '1 ',
    '0x',
    '"',
    '""',
    "'",
  ],
  ...[
    '`',
    '\\',
    '\\"',
    '\\\\"',
    '{',
    '}',
    '{"a":',
    '{\n',
    '(',
    '[',
    '[[',
    '[\n',
    '- ',
    '-\n',
    '---\n',
    '-',
    '-- ',
    '+',
    ': ',
  ],
  ...[
    'a:',
    'a: ',
    'a:\n',
    '=',
    'a=',
    'a="',
    '/',
    '://',
    'https://a:',
    '%',
    '<',
    '<a',
    '<!--',
    '>',
    '#',
    '*',
    '!',
    '&a ',
    '*a ',
  ],
  ...['@', 'a@', ',', 'a,', '|', 'a|', '~', '{{', '${', '%{', '\\u0061', '\u202e', '\x1b[', '\x9b', '\ufeff', 'é'],
  ...[
    'password',
    'password=',
    'password: ',
    '\\"password\\":\\"',
    '"password":"',
    'Bearer ',
    '-----BEGIN ',
    'PRIVATE KEY-----\n',
  ],
  ...[
    '-----BEGIN PRIVATE KEY-----\n',
    'eyJ',
    'eyJhbGciOi.',
    'tcp 1 ',
    'tcp LISTEN 0 128 ',
    'info\t',
    '[2026',
    '2026-11-20T',
    'Recv-Q ',
  ],
  ...[
    '-A X ',
    '-A X -j X\n',
    '*nat\n',
    ':X - [0:0]\n',
    'Chain X (',
    'table ip x {\n',
    'chain x {\n',
    'elements = { ',
    'set x {\n',
    'State: ',
  ],
  ...[
    'cluster.a|',
    'HTTP/1.1 ',
    'NAME   ',
    'NAME READY\n',
    'Containers:\n',
    '  Image: a\n',
    'PID ',
    '-a ',
    "--a='",
    'MII',
    'aGVsbG8=',
  ],
]

function repeated(atom, size) {
  return Buffer.from(atom.repeat(Math.ceil(size / Buffer.byteLength(atom)))).subarray(0, size)
}

/** Inputs by name: each atom repeated, each text of the corpus repeated, whole and line by line. */
function inputs() {
  const texts = readdirSync(CORPUS).map(name => [name, readFileSync(join(CORPUS, name), 'utf8')])
  return new Map([
    ...ATOMS.map(atom => [JSON.stringify(atom), size => repeated(atom, size)]),
    ...texts.map(([name, text]) => [name, size => repeated(`${text}\n`, size)]),
    ...texts.map(([name, text]) => [`${name} on one line`, size => repeated(text.replaceAll('\n', ' '), size)]),
  ])
}

/** CPU milliseconds of one call, the least of some. */
function millisecondsOf(parser, bytes, runs) {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) {
    const start = process.cpuUsage()
    try {
      parser(bytes)
    } catch {
      // What a reader refuses is measured too.
    }
    const {user, system} = process.cpuUsage(start)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

/** The slope of the line through the logarithms, by least squares. */
export function exponentOf(sizes, values) {
  const [xs, ys] = [sizes.map(Math.log), values.map(Math.log)]
  const mean = all => all.reduce((sum, each) => sum + each, 0) / all.length
  const [x, y] = [mean(xs), mean(ys)]
  const [up, down] = [xs.map((each, at) => (each - x) * (ys[at] - y)), xs.map(each => (each - x) ** 2)]
  return mean(up) / mean(down)
}

/** Inputs that are tried at the larger size of the search, after the smaller one. */
const PROMISING = 24

/** The inputs on which a parser takes longest. */
function worstOf(parser, all) {
  const timed = (names, size) =>
    names
      .map(name => ({name, time: millisecondsOf(parser, all.get(name)(size), 1)}))
      .sort((a, b) => b.time - a.time)
      .map(({name}) => name)
  const promising = timed([...all.keys()], SEARCH[0]).slice(0, PROMISING)
  return timed(promising, SEARCH[1]).slice(0, WORST)
}

/** The exponent of one input; what takes too long is measured at smaller sizes, so that it never passes for fast. */
function growthWith(parser, make) {
  for (let shrink = 1; ; shrink *= 4) {
    const measured = []
    for (const size of SIZES.map(each => each / shrink)) {
      const time = millisecondsOf(parser, make(size), 3)
      measured.push({size, time})
      if (time > TOO_LONG_MS) break
    }
    const useful = measured.filter(({time}) => time >= LEAST_MS)
    const {size, time} = measured.at(-1)
    if (measured.length < 3 && shrink < 64) continue
    if (useful.length < 3) return {exponent: measured.length < 3 ? Number.POSITIVE_INFINITY : 1, size, time}
    const exponent = exponentOf(
      useful.map(each => each.size),
      useful.map(each => each.time),
    )
    return {exponent, size, time}
  }
}

/** The greatest exponent of a parser over its worst inputs; 1 when even the largest text is read in no time. */
function growthOf(parser, all, bound) {
  const found = worstOf(parser, all).map(name => {
    const measure = () => ({name, ...growthWith(parser, all.get(name))})
    const first = measure()
    // Other work on the machine can only add time: what holds in one of two measurements holds.
    return first.exponent <= bound ? first : [first, measure()].sort((a, b) => a.exponent - b.exponent)[0]
  })
  return found.sort((a, b) => b.exponent - a.exponent)[0]
}

/** Measures every parser of the table and reports the exponent by which its time grows. */
export async function benchParsers(report, bound, only = undefined) {
  const all = inputs()
  const {PARSERS} = await bundled('test/support/parsers.ts')
  for (const [name, parser] of Object.entries(PARSERS)) {
    if (only !== undefined && !only.test(name)) continue
    const {name: input, exponent, time, size} = growthOf(parser, all, bound)
    report(
      `${name}, growth of time (with ${input} repeated, ${time.toFixed(0)} ms for ${size / 1024} KiB)`,
      exponent,
      bound,
      'as exponent',
    )
  }
}
