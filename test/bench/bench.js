// Speed and memory as ratios to a bare node on the same machine in the same minute; a ratio above its bound fails. `npm run bench -- start-up` (or `growth`, `parsers`, `reports`, `trace`, `fleet`) measures one section alone.
import {rmSync, statSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {benchCheckFleet} from './check-fleet.js'
import {benchFleet} from './fleet.js'
import {benchGrowth} from './growth.js'
import {changedDump, largeDump} from './large-dump.js'
import {benchLargeTrace} from './large-trace.js'
import {benchLive} from './live.js'
import {manyRules} from './many-rules.js'
import {ratios} from './measure.js'
import {benchParsers} from './parsers-growth.js'
import {benchReports} from './reports-growth.js'
import {benchStartUp} from './start-up.js'
import {writeResults} from './write-results.js'

const RUNS = Number(process.env.MEASURED_RUNS ?? 15)
const DUMP_BOUND = 1.5
const PACKETS_BOUND = 10
const RULES_BOUND = 20
const RULES_PEAK = 8
const DIFF_BOUND = 2.5
/** Time may grow with the input to this power. */
const EXPONENT = 1.15

const meshctl = resolve('bin/run.js')
const here = name => fileURLToPath(new URL(name, import.meta.url))

const results = []

function report(name, measured, bound, what, side = 'most', spread = undefined) {
  results.push({name, measured, bound, what, side, spread})
  const good = side === 'most' ? measured <= bound : measured >= bound
  const unit = what === 'as exponent' ? '' : 'x'
  const limit = `${side === 'most' ? 'at most' : 'at least'} ${bound}${unit}`
  const digits = bound < 0.1 ? 4 : 2
  process.stdout.write(`${good ? 'ok  ' : 'SLOW'}  ${name}: ${measured.toFixed(digits)}${unit} ${what} (${limit})\n`)
  if (!good) process.exitCode = 1
}

const bare = [here('bare.js')]
/** One section by its name, and of those about growth the parsers or reports whose name matches the word behind it. */
const [section, word] = process.argv.slice(2)
const only = word === undefined ? undefined : new RegExp(word)
const alone = {
  'start-up': () => benchStartUp(report, RUNS),
  trace: () => benchLargeTrace(report, RUNS),
  fleet: () => benchFleet(report, undefined, word),
  parsers: () => benchParsers(report, EXPONENT, only),
  reports: () => benchReports(report, EXPONENT, only),
  growth: () => benchGrowth(report, meshctl, bare, Math.min(RUNS, 5), {rules: RULES_BOUND, peak: RULES_PEAK}, word),
}[section]
if (alone !== undefined) {
  await alone()
  if (only === undefined) writeResults(results, RUNS)
  process.exit()
}
await benchStartUp(report, RUNS)

const bed = manyRules()
try {
  const argv = [meshctl, 'packet', '--cases', bed.cases, '--rulesets', bed.root, '-o', 'json']
  const {wall} = await ratios(argv, [here('bare.js')], RUNS)
  report('packet, 1,000 packets through 10,000 rules, time', wall, PACKETS_BOUND, 'bare node')
} finally {
  rmSync(bed.root, {recursive: true, force: true})
}

await benchGrowth(report, meshctl, bare, Math.min(RUNS, 5), {rules: RULES_BOUND, peak: RULES_PEAK})

const {path, origin} = largeDump()
try {
  process.stdout.write(`config_dump of ${(statSync(path).size / 1e6).toFixed(1)} MB, ${origin}\n`)
  for (const command of ['cluster', 'listener', 'route']) {
    const argv = [meshctl, 'proxy-config', command, '-f', path]
    const {wall, peak} = await ratios(argv, [here('bare-parse.js'), path], RUNS)
    report(`pc ${command}, time`, wall, DUMP_BOUND, 'reading and parsing it')
    report(`pc ${command}, peak memory`, peak, DUMP_BOUND, 'reading and parsing it')
  }
  const changed = changedDump(path)
  const [pair, bare] = [
    [meshctl, 'diff', path, changed],
    [here('bare-parse.js'), path, changed],
  ]
  const {wall, peak} = await ratios(pair, bare, RUNS, 1)
  report('diff of two, time', wall, DIFF_BOUND, 'reading and parsing both')
  report('diff of two, peak memory', peak, DIFF_BOUND, 'reading and parsing both')
} finally {
  rmSync(dirname(path), {recursive: true, force: true})
}

await benchLargeTrace(report, Math.min(RUNS, 7))
await benchParsers(report, EXPONENT)
await benchReports(report, EXPONENT)
await benchLive(report)
await benchCheckFleet(report, 5000, Math.min(RUNS, 5))

writeResults(results, RUNS)
