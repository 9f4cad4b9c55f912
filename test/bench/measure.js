import {spawn} from 'node:child_process'
import {performance} from 'node:perf_hooks'

/** How a process is started so that it tells its own peak memory when it ends. */
const TELL = new URL('./tell-peak.js', import.meta.url).href

/** Runs `node ARGV` once: wall time from start to exit, CPU time and peak memory the process itself saw; `ends` is the exit code it must have, or those. */
export function runOnce(argv, ends = 0) {
  return new Promise((done, fail) => {
    const start = performance.now()
    const child = spawn(process.execPath, ['--import', TELL, ...argv], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
      env: {PATH: process.env.PATH, HOME: process.env.HOME, KUBECONFIG: '/nonexistent/kubeconfig'},
    })
    let said = ''
    child.stdout.resume()
    child.stdio[3].on('data', chunk => {
      said += chunk
    })
    child.on('error', fail)
    child.on('close', code => {
      if (![ends].flat().includes(code)) return fail(new Error(`node ${argv.join(' ')} ended with ${code}`))
      const [peak, cpuMs] = said.split(' ').map(Number)
      done({wallMs: performance.now() - start, cpuMs, peakMiB: peak / 1024})
    })
  })
}

/** The middle of some numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

/** The medians of A/B over runs taken in turn, so that a machine that slows down slows both, and of A alone. */
export async function ratios(argvA, argvB, runs, endsA = 0) {
  await runOnce(argvA, endsA)
  await runOnce(argvB)
  const wall = []
  const peak = []
  const alone = []
  for (let at = 0; at < runs; at++) {
    const a = await runOnce(argvA, endsA)
    const b = await runOnce(argvB)
    wall.push(a.wallMs / b.wallMs)
    peak.push(a.peakMiB / b.peakMiB)
    alone.push(a)
  }
  return {
    wall: median(wall),
    peak: median(peak),
    cpuMs: median(alone.map(each => each.cpuMs)),
    peakMiB: median(alone.map(each => each.peakMiB)),
  }
}
