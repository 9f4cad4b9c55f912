// How the time of every report grows with what it reads: each question about the sample mesh, with one part of the mesh at four sizes.
import {bundled} from './bundled.js'
import {exponentOf} from './parsers-growth.js'

/** Copies of the part in the search for those that a question takes longest for. */
const SEARCH = 6
/** The largest of the four sizes takes at least this long, and this many times what the sample itself takes, or has this many copies. */
const LARGE_MS = 250
const LARGE = 6
const MOST_COPIES = 256
/** A report that takes longer than this is not asked at a larger size. */
const TOO_LONG_MS = 6000
/** How many of the parts that a question takes longest for are measured. */
const WORST = 2

/** CPU milliseconds of one answer, the least of some; what is read is made before. */
async function millisecondsOf(ask, source, runs) {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) {
    const start = process.cpuUsage()
    await ask(source)
    const {user, system} = process.cpuUsage(start)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

/** Four sizes, each twice the one before, of which the largest takes long enough to be measured. */
async function sizesFor(ask, scaledPart, base) {
  for (let size = 8; ; size *= 2) {
    const source = scaledPart(size)
    // The first answer makes what is read; later ones find it made.
    await ask(source)
    const time = await millisecondsOf(ask, source, 1)
    if (time > TOO_LONG_MS || size >= MOST_COPIES || time > Math.max(LARGE_MS, LARGE * base))
      return [size / 8, size / 4, size / 2, size]
  }
}

/** The slope of a least-squares line over four sizes, or between the largest two when that is greater: a costly start hides growth. */
async function exponentWith(ask, scaledPart, base) {
  const sizes = await sizesFor(ask, scaledPart, base)
  const times = []
  for (const size of sizes) {
    const source = scaledPart(size)
    await ask(source)
    times.push(await millisecondsOf(ask, source, 3))
  }
  const exponent = Math.max(exponentOf(sizes, times), exponentOf(sizes.slice(-2), times.slice(-2)))
  return {exponent, time: times.at(-1), size: sizes.at(-1)}
}

/** Measures every report of the table, and reports the exponent by which its time grows with the part it takes longest for. */
export async function benchReports(report, bound, only = undefined) {
  const {questions, scaled} = await bundled('test/support/growing-questions.ts')
  for (const {name, ask, parts} of await questions()) {
    if (only !== undefined && !only.test(name)) continue
    const base = await millisecondsOf(ask, scaled('none', 1), 2)
    const times = []
    for (const part of parts) {
      const source = scaled(part, SEARCH)
      await ask(source)
      times.push({part, time: await millisecondsOf(ask, source, 1)})
    }
    let found = {part: 'nothing it reads', exponent: 0, time: base, size: 1}
    for (const {part} of times.sort((x, y) => y.time - x.time).slice(0, WORST)) {
      const measure = async () => ({part, ...(await exponentWith(ask, copies => scaled(part, copies), base))})
      let each = await measure()
      // Other work on the machine can only add time: what holds in one of two measurements holds.
      if (each.exponent > bound) each = [each, await measure()].sort((x, y) => x.exponent - y.exponent)[0]
      if (each.exponent > found.exponent) found = each
    }
    report(
      `${name}, growth of time (with ${found.part}, ${found.time.toFixed(0)} ms for ${found.size} copies)`,
      found.exponent,
      bound,
      'as exponent',
    )
  }
}
