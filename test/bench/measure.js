import {spawn} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {performance} from 'node:perf_hooks'
import {fileURLToPath} from 'node:url'

/** How a process is started so that it tells its own peak memory when it ends. */
const TELL = fileURLToPath(new URL('./tell-peak.cjs', import.meta.url))

/** Compiled code of this run alone: another build's would push it out. */
const CACHE = mkdtempSync(join(tmpdir(), 'meshctl-bench-cache-'))
process.once('exit', () => rmSync(CACHE, {recursive: true, force: true}))

/** CPU time as the shell sees it, with what a process costs before its first line and after its last. */
const TIMED = 'TIMEFORMAT="%3U %3S"; time "$@" 2>/dev/null'

/**
 * Runs `node ARGV` once: wall time from start to exit, CPU time, and the peak memory the process itself saw; `ends` is the exit code it must have, or those.
 * Options: the node that runs it, and a kubeconfig.
 */
export function runOnce(argv, ends = 0, {node = process.execPath, kubeconfig = '/nonexistent/kubeconfig'} = {}) {
  return new Promise((done, fail) => {
    const start = performance.now()
    const child = spawn('bash', ['-c', TIMED, 'bash', node, '--require', TELL, ...argv], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: {PATH: process.env.PATH, HOME: process.env.HOME, KUBECONFIG: kubeconfig, XDG_CACHE_HOME: CACHE},
    })
    let said = ''
    let times = ''
    child.stdout.resume()
    child.stderr.on('data', chunk => {
      times += chunk
    })
    child.stdio[3].on('data', chunk => {
      said += chunk
    })
    child.on('error', fail)
    child.on('close', code => {
      if (![ends].flat().includes(code)) return fail(new Error(`node ${argv.join(' ')} ended with ${code}`))
      const [user, system] = times.trim().split(' ').map(Number)
      done({wallMs: performance.now() - start, cpuMs: (user + system) * 1000, peakMiB: Number(said) / 1024})
    })
  })
}

/** The middle of some numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

/**
 * The medians of A/B over runs taken in turn, so that a machine that slows down slows both, and of A alone; `spread`: the least and the greatest
 * ratio of CPU time.
 */
export async function ratios(argvA, argvB, runs, endsA = 0, options = {}) {
  await runOnce(argvA, endsA, options)
  await runOnce(argvB, options.endsB ?? 0, options)
  const pairs = []
  for (let at = 0; at < runs; at++) {
    const a = await runOnce(argvA, endsA, options)
    pairs.push({a, b: await runOnce(argvB, options.endsB ?? 0, options)})
  }
  const ratio = name => pairs.map(({a, b}) => a[name] / b[name])
  return {
    wall: median(ratio('wallMs')),
    cpu: median(ratio('cpuMs')),
    spread: [Math.min(...ratio('cpuMs')), Math.max(...ratio('cpuMs'))],
    peak: median(ratio('peakMiB')),
    cpuMs: median(pairs.map(({a}) => a.cpuMs)),
    peakMiB: median(pairs.map(({a}) => a.peakMiB)),
  }
}
