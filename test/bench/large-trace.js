// A trace through two proxies whose dumps are large, against node reading and parsing one of them once, and how it grows.
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gunzipSync} from 'node:zlib'
import {grownDump} from './large-dump.js'
import {ratios} from './measure.js'

const PARSE_BOUND = 2
const EXPONENT = 1.15
const SIZES = [2, 8, 32]
const FROM = 'deploy/reviews-v1'
const TO = 'http://ratings:9080/ratings/0'

const here = name => fileURLToPath(new URL(name, import.meta.url))
const meshctl = resolve('bin/run.js')

/** The sample as a bundle, unpacked: its index and a way to read a stored part. */
function sampleBundle(work) {
  const packed = join(work, 'sample.tgz')
  execFileSync(
    process.execPath,
    [meshctl, 'capture', '-n', 'demo', '--from', 'sample', '--unredacted', '-y', '--to', packed],
    {
      stdio: 'ignore',
    },
  )
  const folder = join(work, 'sample')
  mkdirSync(folder)
  execFileSync('tar', ['xzf', packed, '-C', folder])
  return folder
}

/** A bundle in which the dumps of both proxies are `grow(text)`; the path of one of these dumps is beside it. */
function withDumps(work, sample, name, grow) {
  const folder = join(work, name)
  execFileSync('cp', ['-r', sample, folder])
  const index = JSON.parse(readFileSync(join(folder, 'bundle.json'), 'utf8'))
  const dump = join(work, `${name}.json`)
  for (const entry of index.evidence) {
    if (entry.id !== 'envoy.config_dump' || !/^(?:reviews-v1|ratings)-/.test(entry.pod)) continue
    const text = grow(readFileSync(join(folder, 'blobs', entry.sha256), 'utf8'))
    entry.sha256 = createHash('sha256').update(text).digest('hex')
    entry.bytes = Buffer.byteLength(text)
    writeFileSync(join(folder, 'blobs', entry.sha256), text)
    writeFileSync(dump, text)
  }
  writeFileSync(join(folder, 'bundle.json'), JSON.stringify(index))
  const bundle = join(work, `${name}.tgz`)
  execFileSync('tar', ['czf', bundle, '-C', folder, 'bundle.json', 'blobs'])
  rmSync(folder, {recursive: true})
  return {bundle, dump}
}

/** The figures of a trace through large proxies; `report` says and judges each. */
export async function benchLargeTrace(report, runs) {
  const work = mkdtempSync(join(tmpdir(), 'meshctl-bench-'))
  try {
    const sample = sampleBundle(work)
    const argv = bundle => [meshctl, 'trace', FROM, TO, '-n', 'demo', '--from', bundle]
    const measured = []
    for (const size of SIZES) {
      const {bundle, dump} = withDumps(work, sample, `grown-${size}`, text => grownDump(text, size * 1e6))
      measured.push(await ratios(argv(bundle), [here('bare-parse.js'), dump], runs, [0, 1, 3]))
    }
    const [, middle, large] = measured
    const figures = SIZES.map((size, i) => `${size} MB: ${measured[i].cpuMs.toFixed(0)} ms`).join('; ')
    report(
      'trace, synthetic 32 MB dumps on both sides, CPU time',
      large.cpu,
      PARSE_BOUND,
      'reading and parsing one of them',
      'most',
      large.spread,
    )
    const exponent = Math.log(large.cpuMs / middle.cpuMs) / Math.log(SIZES[2] / SIZES[1])
    report(`trace, dumps on both sides, growth of CPU time (${figures})`, exponent, EXPONENT, 'as exponent')
    const recorded = resolve('../shared/data/large/config_dump.json.gz')
    if (!existsSync(recorded)) return
    const text = gunzipSync(readFileSync(recorded)).toString('utf8')
    const {bundle, dump} = withDumps(work, sample, 'recorded', () => text)
    const {cpu, spread} = await ratios(argv(bundle), [here('bare-parse.js'), dump], runs, [0, 1, 2, 3])
    report(
      'trace, the recorded 32 MB dump on both sides, CPU time',
      cpu,
      PARSE_BOUND,
      'reading and parsing it',
      'most',
      spread,
    )
  } finally {
    rmSync(work, {recursive: true, force: true})
  }
}
