// Commands over a whole fleet: `npm run bench -- fleet` measures memory, time, the first output and the lists of each; `node test/bench/fleet.js PODS` prints the figures alone.
import {spawn} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {performance} from 'node:perf_hooks'
import {fileURLToPath} from 'node:url'

const PODS = 10_000
const ISTIODS = 50
const MEMORY_BOUND = 150
const FIRST_BOUND = 1

const meshctl = resolve('bin/run.js')
const SERVE = fileURLToPath(new URL('./serve-fleet.js', import.meta.url))
const TELL = fileURLToPath(new URL('./tell-peak.cjs', import.meta.url))

/** Questions about every pod; `CAPTURE` is a file in a folder that goes with the run. */
const QUESTIONS = [
  ['check', '-A'],
  ['ps', '-A'],
  ['capture', '-A', '--yes', '--to', 'CAPTURE'],
  ['certs', '-A'],
  ['mtls', '-A'],
]

/** Runs a command to its end: its peak memory, its time, when its first byte came, and the lists it asked for more than once per cluster. */
function asked(argv, kubeconfig, clusters) {
  return new Promise((done, fail) => {
    const start = performance.now()
    const child = spawn(process.execPath, ['--require', TELL, meshctl, ...argv, '-v'], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: {PATH: process.env.PATH, HOME: process.env.HOME, KUBECONFIG: kubeconfig},
    })
    let [peak, trace, firstMs] = ['', '', undefined]
    child.stdout.on('data', () => {
      firstMs ??= performance.now() - start
    })
    child.stderr.on('data', chunk => {
      trace += chunk
    })
    child.stdio[3].on('data', chunk => {
      peak += chunk
    })
    child.once('error', fail)
    child.once('close', code => {
      const seconds = (performance.now() - start) / 1000
      if (![0, 1, 3].includes(code))
        return fail(new Error(`${argv.join(' ')} ended with ${code}: ${trace.slice(-400)}`))
      const lists = [...trace.matchAll(/ms {2}GET (\/\S+)/g)]
        .map(([, path]) => path)
        .filter(path => /[?&]limit=\d+$/.test(path))
      const times = new Map()
      for (const path of lists) times.set(path, (times.get(path) ?? 0) + 1)
      const repeated = [...times.keys()].filter(path => times.get(path) > clusters)
      done({seconds, firstMs, peakMiB: Number(peak) / 1024, repeated})
    })
  })
}

/** Serves that many pods in a process of its own, so that its work and memory are not measured: the path of its kubeconfig, and how it is stopped. */
async function served(pods) {
  const child = spawn(process.execPath, [SERVE, String(pods), String(ISTIODS)], {stdio: ['ignore', 'pipe', 'inherit']})
  for await (const chunk of child.stdout) {
    return {path: String(chunk).trim(), stop: () => child.kill('SIGINT')}
  }
  throw new Error(`a fleet of ${pods} pods could not be served`)
}

/** Measures each question on a fleet, and on three clusters of a third each; `report(name, measured, bound, what)` says and judges it. */
export async function benchFleet(report, pods = PODS, word = undefined) {
  const work = mkdtempSync(join(tmpdir(), 'meshctl-bench-'))
  const servers = []
  try {
    // One after the other: each is built before it serves.
    for (const count of [pods, ...Array(3).fill(Math.ceil(pods / 3))]) servers.push(await served(count))
    const [whole, ...thirds] = servers.map(({path}) => path)
    const three = join(work, 'three')
    writeFileSync(three, threeContexts(thirds.map(path => readFileSync(path, 'utf8'))))
    for (const question of QUESTIONS) {
      if (word !== undefined && question[0] !== word) continue
      const argv = question.map(each => (each === 'CAPTURE' ? join(work, 'fleet.tgz') : each))
      await one(report, argv, whole, 1, `${question[0]} -A of ${pods} pods`)
      if (question[0] === 'capture') continue
      await one(
        report,
        [...argv, '--context', 'a,b,c'],
        three,
        3,
        `${question[0]} -A of three clusters with ${pods} pods`,
      )
    }
  } finally {
    for (const server of servers) server.stop()
    rmSync(work, {recursive: true, force: true})
  }
}

async function one(report, argv, kubeconfig, clusters, name) {
  const {seconds, firstMs, peakMiB, repeated} = await asked(argv, kubeconfig, clusters)
  const twice = repeated.length === 0 ? '' : `, lists asked for twice: ${repeated.join(' ')}`
  process.stdout.write(
    `${name}: ${peakMiB.toFixed(0)} MiB, ${seconds.toFixed(1)} s, first output after ${firstMs?.toFixed(0) ?? '-'} ms${twice}\n`,
  )
  report(`${name} (${seconds.toFixed(1)} s), peak memory`, peakMiB / MEMORY_BOUND, 1, `${MEMORY_BOUND} MiB`)
  if (firstMs !== undefined) report(`${name}, first output`, firstMs / 1000 / FIRST_BOUND, 1, 'a second')
}

/** The clusters of three kubeconfigs in one, as the contexts a, b and c. */
function threeContexts(texts) {
  const names = ['a', 'b', 'c']
  const all = texts.map(text => JSON.parse(text))
  const renamed = (list, at) => list.map(each => ({...each, name: names[at]}))
  return JSON.stringify({
    ...all[0],
    clusters: all.flatMap(({clusters}, at) => renamed(clusters, at)),
    users: all.flatMap(({users}, at) => renamed(users, at)),
    contexts: names.map(name => ({name, context: {cluster: name, user: name, namespace: 'default'}})),
    'current-context': 'a',
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const say = (name, value, bound, what) =>
    process.stdout.write(`  ${name}: ${value.toFixed(2)}x ${what} (at most ${bound}x)\n`)
  await benchFleet(say, Number(process.argv[2] ?? PODS), process.argv[3])
}
