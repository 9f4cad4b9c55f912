// What a small question costs from start to end, in CPU time as a ratio to a bare Node program that does only what the question needs: `node test/bench/start-up.js` alone.
// MEASURED_NODES, a list of node binaries with commas, measures each; ISTIOCTL=/path puts istioctl beside the live commands.
import {spawn, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {bundled} from './bundled.js'
import {largeDump} from './large-dump.js'
import {ratios} from './measure.js'

const POD = 'reviews-v1-ccf5b6b84-9cj4v'
const NAMESPACE = 'demo'
const meshctl = resolve('bin/run.js')
const here = name => fileURLToPath(new URL(name, import.meta.url))

/** Commands that read no cluster, against `--version`, which does nothing but start. */
const WITHOUT_NETWORK = ['15006', 'UF', 'MCT1001'].map(word => ['explain', word])

/** Live commands, and the exit codes they may have on the sample mesh. */
const LIVE = [
  {argv: ['pc', 'cluster', `${POD}.${NAMESPACE}`], bound: 1.5},
  {argv: ['version'], bound: 1.5},
  {argv: ['ps'], ends: [0, 1, 3], bound: 2.5},
  {argv: ['check', `${POD}.${NAMESPACE}`], ends: [0, 1, 3], bound: 2.5},
  {argv: ['describe', 'pod', `${POD}.${NAMESPACE}`], ends: [0, 1, 3], bound: 2.5},
]

/** Serves files as a cluster in a process of its own: the path of its kubeconfig, and how it is stopped. */
async function served(...from) {
  const child = spawn(process.execPath, [meshctl, 'serve', ...from], {stdio: ['ignore', 'pipe', 'ignore']})
  let said = ''
  for await (const chunk of child.stdout) {
    said += chunk
    const [, path] = /KUBECONFIG=(.*)/.exec(said) ?? []
    if (path !== undefined && said.includes('KUBECACHEDIR')) return {path, stop: () => child.kill('SIGINT')}
  }
  throw new Error(`meshctl serve ${from.join(' ')} did not start`)
}

const {batchArgv} = await bundled('src/formats/exec-batch.ts')

/** The words of a command as `-v` shows it: commands that run together are shown one after the other. */
function wordsOf(command) {
  const rows = command.split('; ').map(row => row.split(' || ').map(each => each.split(' ')))
  return rows.flat().length === 1 ? rows[0][0] : batchArgv(rows)
}

/** One line of `-v` as a call of floor-live.cjs; undefined for other lines. */
function callOf(line) {
  const [, call] = /\d+ ms {2}((?:GET|POST|exec) .*)$/.exec(line) ?? []
  if (call === undefined || line.startsWith('not-found') || /^4\d\d/.test(line)) return undefined
  const [, api] = /^GET (\/.*)$/.exec(call) ?? []
  if (api !== undefined) return api
  const [, name, namespace, port, path] = /^(?:GET|POST) ([^.]+)\.([^:]+):(\d+)(\/.*)$/.exec(call) ?? []
  if (name !== undefined) return {pod: `${namespace}/${name}`, port: Number(port), path}
  const [, pod, space, container, command] = /^exec ([^.]+)\.([^/]+)\/(\S+) (.*)$/.exec(call) ?? []
  return {pod: `${space}/${pod}`, container, command: wordsOf(command)}
}

/** What a command asks the cluster, as a plan for the floor: objects first, then everything in pods. */
function planOf(argv, kubeconfig) {
  const {stderr} = spawnSync(process.execPath, [meshctl, ...argv, '-v', '--kubeconfig', kubeconfig], {encoding: 'utf8'})
  const calls = stderr.split('\n').flatMap(line => callOf(line) ?? [])
  if (calls.length === 0) throw new Error(`meshctl ${argv.join(' ')} asked the cluster nothing: ${stderr}`)
  return [calls.filter(call => typeof call === 'string'), calls.filter(call => typeof call !== 'string')]
}

function istioctl(argv, kubeconfig) {
  const started = process.hrtime.bigint()
  const run = spawnSync(process.env.ISTIOCTL, argv, {env: {...process.env, KUBECONFIG: kubeconfig}, encoding: 'utf8'})
  return `${Number((process.hrtime.bigint() - started) / 1000n) / 1000} ms, ended with ${run.status}`
}

/** Reports every small question on every node asked for; `report(name, measured, bound, what, side, spread)`. */
export async function benchStartUp(report, runs) {
  const nodes = (process.env.MEASURED_NODES ?? process.execPath).split(',')
  const work = mkdtempSync(join(tmpdir(), 'meshctl-start-'))
  const sample = await served('--from', 'sample')
  try {
    for (const node of nodes) await smallQuestions(report, runs, node, sample.path, work)
    if (process.env.ISTIOCTL !== undefined)
      for (const {argv} of LIVE) process.stdout.write(`istioctl ${argv.join(' ')}: ${istioctl(argv, sample.path)}\n`)
  } finally {
    sample.stop()
    rmSync(work, {recursive: true, force: true})
  }
  await largeListener(report, runs, nodes)
}

async function smallQuestions(report, runs, node, kubeconfig, work) {
  const release = spawnSync(node, ['--version'], {encoding: 'utf8'}).stdout.trim()
  const options = {node, kubeconfig}
  const say = (name, {cpu, spread, cpuMs}, bound, what) =>
    report(`${name} on ${release}, CPU time (${cpuMs.toFixed(0)} ms)`, cpu, bound, what, 'most', spread)
  say('--version', await ratios([meshctl, '--version'], [here('bare.js')], runs, 0, options), 1.2, 'bare node')
  for (const argv of WITHOUT_NETWORK)
    say(argv.join(' '), await ratios([meshctl, ...argv], [meshctl, '--version'], runs, 0, options), 1.5, '--version')
  for (const {argv, ends = 0, bound} of LIVE) {
    const plan = join(work, `${argv[0]}.json`)
    writeFileSync(plan, JSON.stringify(planOf(argv, kubeconfig)))
    const floor = [here('floor-live.cjs'), kubeconfig, plan]
    const measured = await ratios([meshctl, ...argv], floor, runs, ends, options)
    say(
      `live ${argv.slice(0, argv[0] === 'pc' || argv[0] === 'describe' ? 2 : 1).join(' ')}`,
      measured,
      bound,
      'a bare program',
    )
  }
  const [describe, cluster] = [LIVE.at(-1), LIVE[0]].map(({argv}) => [meshctl, ...argv])
  const trace = [meshctl, 'trace', `${POD}.${NAMESPACE}`, 'http://ratings:9080/ratings/0']
  say('live trace', await ratios(trace, cluster, runs, [0, 1, 3], options), 2.5, 'pc cluster')
  say('live describe pod', await ratios(describe, cluster, runs, [0, 1, 3], options), 2, 'pc cluster')
}

/** The listeners of a large proxy, read live and against reading that section and parsing it. */
async function largeListener(report, runs, nodes) {
  const {path, origin} = largeDump()
  const dump = `a ${origin.startsWith('recorded') ? 'recorded' : 'synthetic'} 32 MB dump`
  try {
    for (const node of nodes) {
      const argv = ['pc', 'listener', '-f', path]
      const release = spawnSync(node, ['--version'], {encoding: 'utf8'}).stdout.trim()
      const {cpu, spread, cpuMs} = await ratios([meshctl, ...argv], [here('bare-parse.js'), path], runs, 0, {node})
      report(
        `pc listener of ${dump} on ${release}, CPU time (${cpuMs.toFixed(0)} ms)`,
        cpu,
        1.2,
        'reading and parsing it',
        'most',
        spread,
      )
    }
  } finally {
    rmSync(join(path, '..'), {recursive: true, force: true})
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const say = (name, value, bound, what, _, [least, most]) =>
    process.stdout.write(
      `${value <= bound ? 'ok  ' : 'SLOW'}  ${name}: ${value.toFixed(2)}x ${what} (${least.toFixed(2)} to ${most.toFixed(2)}; at most ${bound}x)\n`,
    )
  await benchStartUp(say, Number(process.env.MEASURED_RUNS ?? 9))
}
