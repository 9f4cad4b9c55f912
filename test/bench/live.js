// The live way, measured against the served API: ratios to kubectl, to bare node and to a bare WebSocket in the same minute.
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {createServer} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {performance} from 'node:perf_hooks'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {WebSocket, WebSocketServer} from 'ws'
import {largeDump} from './large-dump.js'
import {runOnce} from './measure.js'
import {fleet, measured, parts, SETTINGS} from './served-fleet.js'

const RUNS = Number(process.env.MEASURED_RUNS ?? 15)
const PODS = 5000
const FORWARD_BOUND = 0.3
const NAMED_BOUND = 0.02
const LIST_BOUND = 0.3

const here = name => fileURLToPath(new URL(name, import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'meshctl-bench-'))

/** Megabytes per second of a page fetched through a port-forward, and of as many bytes over a WebSocket with nothing around it. */
async function forwardSpeed(lib, source, path) {
  const cluster = await lib.clusterSource({...SETTINGS, kubeconfig: path})
  const ask = () => cluster.evidence('envoy.config_dump', {namespace: 'fleet-0', name: 'reviews-0'})
  const first = await ask()
  if (!first.ok) throw new Error(first.gap.detail)
  const size = first.value.bytes.length
  const bytes = Buffer.from(first.value.bytes)
  const before = process.memoryUsage().rss
  // Both in turn, the best of each: a shared machine slows single tries at random.
  let [forward, bare] = [0, 0]
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now()
    await ask()
    forward = Math.max(forward, size / (performance.now() - start) / 1000)
    bare = Math.max(bare, await bareSpeed(bytes))
  }
  const grown = process.memoryUsage().rss - before
  await cluster.close()
  return {forward, bare, size, grown, source}
}

async function bareSpeed(bytes) {
  const web = createServer()
  const sockets = new WebSocketServer({server: web, perMessageDeflate: false})
  sockets.on('connection', socket => {
    for (let at = 0; at < bytes.length; at += 32_768) socket.send(bytes.subarray(at, at + 32_768))
    socket.close(1000)
  })
  await new Promise(done => web.listen(0, '127.0.0.1', done))
  const start = performance.now()
  await new Promise((done, fail) => {
    const socket = new WebSocket(`ws://127.0.0.1:${web.address().port}`, {perMessageDeflate: false})
    const chunks = []
    socket.on('message', chunk => chunks.push(chunk))
    socket.on('error', fail)
    socket.on('close', () => done(Buffer.concat(chunks).length))
  })
  const speed = bytes.length / (performance.now() - start) / 1000
  web.close()
  sockets.close()
  return speed
}

/** Bytes that cross the wire for one cluster of a large proxy, as part of its whole section. */
async function namedShare(lib, path, name) {
  const cluster = await lib.clusterSource({...SETTINGS, kubeconfig: path})
  const size = async query => {
    const answer = await cluster.evidence('envoy.config_dump', {namespace: 'fleet-0', name: 'reviews-0'}, query)
    if (!answer.ok) throw new Error(answer.gap.detail)
    return answer.value.bytes.length
  }
  const part = await size({sections: ['clusters'], names: [name]})
  const share = part / (await size({sections: ['clusters']}))
  await cluster.close()
  return share
}

/** A name of a cluster the dump holds. */
function someCluster(path) {
  const dump = JSON.parse(readFileSync(path, 'utf8'))
  const section = dump.configs.find(each => each['@type'].endsWith('ClustersConfigDump'))
  return section.dynamic_active_clusters.at(-1).cluster.name
}

/** The live figures; `report(name, measured, bound, what, least)` says and judges each. */
export async function benchLive(report) {
  const dump = largeDump()
  const outfile = await parts(work)
  const lib = await import(pathToFileURL(outfile).href)
  const source = await fleet(lib, PODS, dump.path)
  const server = await lib.startApiServer(source)
  const kubeconfig = await lib.writeKubeconfig(server)
  try {
    const {forward, bare, size} = await forwardSpeed(lib, source, kubeconfig.path)
    process.stdout.write(
      `port-forward of ${(size / 1e6).toFixed(1)} MB: ${forward.toFixed(0)} MB/s, bare WebSocket ${bare.toFixed(0)} MB/s\n`,
    )
    report('port-forward over TLS, speed', forward / bare, FORWARD_BOUND, 'a bare WebSocket', 'least')
    report(
      'pc cluster --fqdn on a large proxy, bytes',
      await namedShare(lib, kubeconfig.path, someCluster(dump.path)),
      NAMED_BOUND,
      'the section',
    )

    if (spawnSync('kubectl', ['version', '--client']).status !== 0) {
      process.stdout.write('skip  listing a fleet: kubectl is not on PATH\n')
      return
    }
    const ours = await runOnce([here('list-pods.js'), outfile, kubeconfig.path, String(PODS)])
    const theirs = await measured('kubectl', ['get', 'pods', '-A', '-o', 'json'], {
      KUBECONFIG: kubeconfig.path,
      KUBECACHEDIR: kubeconfig.cacheFolder,
    })
    process.stdout.write(
      `${PODS} pods: ${ours.wallMs.toFixed(0)} ms and ${ours.peakMiB.toFixed(0)} MiB, kubectl ${theirs.wallMs.toFixed(0)} ms and ${theirs.peakMiB.toFixed(0)} MiB\n`,
    )
    report('listing a fleet, time', ours.wallMs / theirs.wallMs, LIST_BOUND, 'kubectl get pods -A -o json')
    report('listing a fleet, peak memory', ours.peakMiB / theirs.peakMiB, LIST_BOUND, 'kubectl get pods -A -o json')
  } finally {
    await server.close()
    await kubeconfig.remove()
    rmSync(work, {recursive: true, force: true})
    rmSync(join(dump.path, '..'), {recursive: true, force: true})
  }
}
