// Where the CPU time of one live question goes, by what it is spent on: `node test/bench/profile.js KUBECONFIG RUN.js WORDS...` prints a table of averages.
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const RUNS = Number(process.env.MEASURED_RUNS ?? 15)
const [, , kubeconfig, ...argv] = process.argv

/** What a frame is part of; a library is named by the file it was built into where that is all there is. */
function ownerOf({functionName, url}) {
  if (functionName === '(garbage collector)') return 'garbage collection'
  if (functionName === '(idle)') return undefined
  if (functionName.startsWith('(') && url === '') return 'V8 and system calls'
  if (/^node:vm/.test(url)) return 'compiled code read (vm.Script)'
  if (/internal\/bootstrap|internal\/process|internal\/main/.test(url)) return 'Node: start and loading of built-ins'
  if (/internal\/modules|cjs\/loader|esm\//.test(url)) return 'Node: finding and compiling modules'
  if (url.startsWith('node:')) return `Node: ${/node:(?:internal\/)?_?([a-z]+)/.exec(url)?.[1] ?? 'other'}`
  if (url === '') return 'V8 and system calls'
  return 'meshctl and its packages'
}

const folder = mkdtempSync(join(tmpdir(), 'meshctl-profile-'))
const totals = new Map()
try {
  for (let run = 0; run < RUNS; run++) {
    const flags = ['--cpu-prof', '--cpu-prof-interval', '250', '--cpu-prof-dir', folder]
    spawnSync(process.execPath, [...flags, ...argv], {env: {...process.env, KUBECONFIG: kubeconfig}})
  }
  for (const name of readdirSync(folder)) {
    const {nodes, samples, timeDeltas} = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    const frames = new Map(nodes.map(node => [node.id, node.callFrame]))
    samples.forEach((sample, at) => {
      const owner = ownerOf(frames.get(sample))
      // A gap longer than this is another process's turn.
      const spent = Math.min(timeDeltas[at + 1] ?? 0, 1500)
      if (owner !== undefined) totals.set(owner, (totals.get(owner) ?? 0) + spent)
    })
  }
} finally {
  rmSync(folder, {recursive: true, force: true})
}
const rows = [...totals].map(([owner, micros]) => [owner, micros / RUNS / 1000]).sort((a, b) => b[1] - a[1])
for (const [owner, millis] of rows) if (millis >= 0.3) process.stdout.write(`| ${owner} | ${millis.toFixed(1)} |\n`)
process.stdout.write(`| all | ${rows.reduce((sum, [, millis]) => sum + millis, 0).toFixed(1)} |\n`)
