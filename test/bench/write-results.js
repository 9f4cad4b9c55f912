import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {cpus, loadavg, totalmem} from 'node:os'
import {fileURLToPath} from 'node:url'

const PAGE = fileURLToPath(new URL('../../docs/performance.md', import.meta.url))
const HISTORY = fileURLToPath(new URL('history.json', import.meta.url))
const START = '<!-- results -->'

function limit({bound, side, what}) {
  const unit = what === 'as exponent' ? '' : 'x'
  return `${side === 'most' ? 'at most' : 'at least'} ${bound}${unit}`
}

function row(each) {
  const {name, measured, bound, what, spread} = each
  const value = what === 'as exponent' ? measured.toFixed(2) : `${measured.toFixed(bound < 0.1 ? 4 : 2)}x ${what}`
  const good = each.side === 'most' ? measured <= bound : measured >= bound
  const range = spread === undefined ? '' : spread.map(end => end.toFixed(2)).join(' to ')
  return `| ${name} | ${value} | ${range} | ${limit(each)} | ${good ? 'yes' : 'no'} |`
}

/** What a figure is about, without what was measured along with it. */
function subjectOf({name, what}) {
  return `${name.replace(/ \(.*\)$/, '')}, ${what}`
}

/**
 * Adds this run to test/bench/history.json and writes the table of docs/performance.md: of every figure the newest, beside its bound, with the machine and the load
 * of the run it is from.
 */
export function writeResults(results, runs) {
  const history = existsSync(HISTORY) ? JSON.parse(readFileSync(HISTORY, 'utf8')) : []
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`
  const [one, , fifteen] = loadavg()
  const at = new Date().toISOString().slice(0, 16)
  history.push({at, node: process.version, machine, load: [one, fifteen], runs, results})
  writeFileSync(HISTORY, `${JSON.stringify(history, null, 1)}\n`)
  const newest = new Map()
  for (const run of history) for (const each of run.results) newest.set(subjectOf(each), {run, each})
  const sections = history.toReversed().flatMap(run => {
    const rows = [...newest.values()].filter(found => found.run === run).map(({each}) => row(each))
    if (rows.length === 0) return []
    const load = run.load.map(each => each.toFixed(1))
    return [
      `${run.at} UTC, ${run.node} unless said otherwise, ${run.machine}, load ${load[0]} at the end and ${load[1]} over the 15 minutes before; up to ${run.runs} runs.

| what | measured | least to greatest | bound | met |
|---|---|---|---|---|
${rows.join('\n')}`,
    ]
  })
  const page = readFileSync(PAGE, 'utf8')
  writeFileSync(PAGE, `${page.slice(0, page.indexOf(START))}${START}\n\n${sections.join('\n\n')}\n`)
}
