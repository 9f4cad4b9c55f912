import {spawn} from 'node:child_process'
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {stringify} from 'yaml'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import {churningApi} from '../support/churning-api.js'
import {NODE, RUN} from '../support/cli.js'
import {oracleSize} from '../support/oracle-size.js'
import {seeded} from '../support/seeded.js'

/** The whole soak, MONITOR_SHARE=20, is 200,000 events over 10,000 objects. */
const WHOLE = 200_000
const {count: EVENTS, seed: SEED, again: AGAIN} = oracleSize('MONITOR', {seed: 11, count: WHOLE / 20})
const OBJECTS = Math.round(10_000 * Math.sqrt(EVENTS / WHOLE))
const NAMESPACES = Math.max(2, Math.round(OBJECTS / 100))
const PODS = Math.round(OBJECTS * 0.8)
/** How much the median of the last quarter may exceed that of the second; a short run has not filled its heap by then. */
const GROWTH = EVENTS >= WHOLE ? 1.05 : 1.5

function pod(index: number, generation: number): KubeObject {
  const name = `app-${index % Math.ceil(PODS / 4)}`
  const owner = {apiVersion: 'apps/v1', kind: 'StatefulSet', name, controller: true}
  const uid = generation % 7 === 0 ? 1337 : 1000
  const ready = generation % 3 !== 0
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `app-${index}`,
      namespace: `ns-${index % NAMESPACES}`,
      labels: {app: name, version: 'v1'},
      annotations: {'sidecar.istio.io/status': '{"containers":["istio-proxy"],"revision":"default"}'},
      ownerReferences: [owner],
    },
    spec: {
      containers: [
        {name: 'app', image: 'app:1', ports: [{containerPort: 8080}], securityContext: {runAsUser: uid}},
        {name: 'istio-proxy', image: 'istio/proxyv2:1.26.0', securityContext: {runAsUser: 1337}},
      ],
    },
    status: {
      phase: 'Running',
      podIP: `10.0.${index >> 8}.${index & 255}`,
      conditions: [{type: 'Ready', status: ready ? 'True' : 'False'}],
      containerStatuses: ['app', 'istio-proxy'].map(each => ({
        name: each,
        ready,
        restartCount: generation,
        state: {running: {}},
      })),
    },
  } as unknown as KubeObject
}

function service(index: number, port: number): KubeObject {
  const spec = {selector: {app: `app-${index}`}, ports: [{name: 'http', port, targetPort: 8080}]}
  const metadata = {name: `app-${index}`, namespace: `ns-${index % NAMESPACES}`}
  return {apiVersion: 'v1', kind: 'Service', metadata, spec} as unknown as KubeObject
}

async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}

test(`monitor: ${EVENTS} watch events over ${OBJECTS} objects, memory flat (${AGAIN})`, async () => {
  const random = seeded(SEED)
  const pods = Array.from({length: PODS}, (_, index) => pod(index, 1))
  const services = Array.from({length: OBJECTS - PODS}, (_, index) => service(index, 80))
  const namespaces = Array.from({length: NAMESPACES}, (_, index) => ({
    ...{apiVersion: 'v1', kind: 'Namespace', metadata: {name: `ns-${index}`, labels: {'istio-injection': 'enabled'}}},
  })) as unknown as KubeObject[]
  const api = await churningApi([...pods, ...services, ...namespaces])
  const folder = await mkdtemp(join(tmpdir(), 'meshctl-test-'))
  const config = join(folder, 'config')
  const cluster = {clusters: [{name: 'c', cluster: {server: api.url}}], users: [{name: 'u', user: {token: 't'}}]}
  const contexts = [{name: 'c', context: {cluster: 'c', user: 'u'}}]
  await writeFile(config, stringify({apiVersion: 'v1', kind: 'Config', 'current-context': 'c', ...cluster, contexts}))
  const argv = [RUN, 'monitor', '-A', '--kubeconfig', config, '--listen', '127.0.0.1:0', '--settle', '200ms']
  const child = spawn(NODE, argv, {stdio: ['ignore', 'ignore', 'pipe']})
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  try {
    while (!/watching for changes/.test(told)) {
      if (child.exitCode !== null) throw new Error(told)
      await new Promise(resolve => child.stderr.once('data', resolve))
    }
    const [, metrics = ''] = /metrics at (\S+)/.exec(told) ?? []
    const counter = async (name: string) =>
      Number(new RegExp(`^meshctl_monitor_${name} (\\d+)$`, 'm').exec(await (await fetch(metrics)).text())?.[1])
    const rss: number[] = []
    let sent = 0
    const chunk = Math.max(1, Math.round(EVENTS / 100))
    while (sent < EVENTS) {
      for (let each = 0; each < chunk && sent < EVENTS; each++) {
        const dice = random(100)
        const index = random(PODS)
        if (dice < 2) await api.put(service(index % services.length, 80 + (sent % 50)))
        else if (dice < 10) {
          await api.remove('Pod', `ns-${index % NAMESPACES}`, `app-${index}`)
          await api.put(pod(index, sent))
          sent += 1
        } else await api.put(pod(index, sent))
        sent += 1
      }
      // The next part is sent when this one has arrived.
      while ((await counter('events_total')) < sent) await new Promise(resolve => setTimeout(resolve, 100))
      rss.push(await rssOf(child.pid ?? 0))
    }
    const quarter = Math.floor(rss.length / 4)
    const [second, last] = [median(rss.slice(quarter, 2 * quarter)), median(rss.slice(-quarter))]
    process.stdout.write(
      `monitor soak: ${sent} events, ${await counter('pod_checks_total')} pod checks, RSS ${second.toFixed(0)} MiB in the second quarter, ${last.toFixed(0)} in the last\n`,
    )
    expect(told).not.toMatch(/was lost/)
    expect(await counter('pods')).toBe(PODS)
    expect(last).toBeLessThanOrEqual(second * GROWTH)
  } finally {
    child.kill('SIGKILL')
    await api.close()
    await rm(folder, {recursive: true, force: true})
  }
}, 900_000)
