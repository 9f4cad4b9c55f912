// check -A on a fleet, in turn with kubectl listing the same pods: `node test/bench/check-fleet.js PODS RUNS` prints the figures alone.
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {median, runOnce} from './measure.js'
import {fleet, measured, parts} from './served-fleet.js'

const TIME_BOUND = 0.5
const MEMORY_BOUND = 0.3
/** The sample's own sick pods are among the fleet. */
const FOUND = 1

const meshctl = resolve('bin/run.js')

/** Both in turn on one server; the medians of their ratios, and the figures behind them. */
async function compared(kubeconfig, runs) {
  const check = [meshctl, 'check', '-A', '-o', 'short', '--kubeconfig', kubeconfig.path]
  const env = {KUBECONFIG: kubeconfig.path, KUBECACHEDIR: kubeconfig.cacheFolder}
  const pairs = []
  for (let run = 0; run < runs; run++) {
    const ours = await runOnce(check, FOUND)
    const theirs = await measured('kubectl', ['get', 'pods', '-A', '-o', 'json'], env)
    pairs.push({ours, theirs})
  }
  const of = (pick, name) => median(pairs.map(pair => pick(pair)[name]))
  const ratio = name => median(pairs.map(({ours, theirs}) => ours[name] / theirs[name]))
  const figures = pick => `${of(pick, 'wallMs').toFixed(0)} ms and ${of(pick, 'peakMiB').toFixed(0)} MiB`
  return {
    wall: ratio('wallMs'),
    peak: ratio('peakMiB'),
    text: `${figures(({ours}) => ours)}, kubectl ${figures(({theirs}) => theirs)}`,
  }
}

/** How long and how large check -A is on that many pods; `report(name, measured, bound, what)` says and judges it. */
export async function benchCheckFleet(report, pods, runs) {
  if (spawnSync('kubectl', ['version', '--client']).status !== 0) {
    process.stdout.write('skip  checking a fleet: kubectl is not on PATH\n')
    return
  }
  const work = mkdtempSync(join(tmpdir(), 'meshctl-bench-'))
  const lib = await import(pathToFileURL(await parts(work)).href)
  const server = await lib.startApiServer(await fleet(lib, pods))
  const kubeconfig = await lib.writeKubeconfig(server)
  try {
    const {wall, peak, text} = await compared(kubeconfig, runs)
    process.stdout.write(`check -A of ${pods} pods: ${text}\n`)
    report('check -A of a fleet, time', wall, TIME_BOUND, 'kubectl get pods -A -o json')
    report('check -A of a fleet, peak memory', peak, MEMORY_BOUND, 'kubectl get pods -A -o json')
  } finally {
    await server.close()
    await kubeconfig.remove()
    rmSync(work, {recursive: true, force: true})
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const say = (name, value, bound, what) =>
    process.stdout.write(`${name}: ${value.toFixed(2)}x ${what} (at most ${bound}x)\n`)
  await benchCheckFleet(say, Number(process.argv[2] ?? 5000), Number(process.argv[3] ?? 3))
}
