import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {chmodSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gone, inside, joinedNamespaces, must, started} from './netns.js'
import {framesOf, type Ran, type ScriptedAnswer, type ScriptedCluster, scriptedCluster} from './scripted-cluster.js'
import {sidecarConfig} from './sidecar-config.js'

/**
 * Two pods with sidecars, for real: network namespaces joined by a cable, with the kernel rules of a recorded sidecar, an Envoy each as uid 1337,
 * and an application in `server`. An API server answers for them; an exec runs its argv in the pod's namespace.
 */
export interface NetnsMesh {
  readonly cluster: ScriptedCluster
  /** Runs a program in a pod's namespace. */
  readonly run: (pod: PodName, argv: readonly string[]) => Ran
  /** Ends the application in `server`; nothing listens on its port then. */
  readonly stopApplication: () => Promise<void>
  readonly close: () => Promise<void>
}

type PodName = 'client' | 'server'

const ADDRESS: Readonly<Record<PodName, string>> = {client: '10.60.0.1', server: '10.60.0.2'}
const CLUSTER_IP = '10.96.5.5'
const PORT = 8080
const UID = '1337'

/** Answers with the status the path asks for, `/status/404`, else 200. */
const APPLICATION = `
require('node:http').createServer((request, response) => {
  const [, code = '200'] = /^\\/status\\/(\\d{3})/.exec(request.url) ?? []
  response.writeHead(Number(code)).end('answer of the application\\n')
}).listen(${PORT}, '0.0.0.0', () => console.log('ready'))
`

function pod(name: PodName): object {
  const running = {ready: true, restartCount: 0, state: {running: {startedAt: '2026-11-30T00:00:00Z'}}}
  const containers = ['app', 'istio-proxy']
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'demo',
      labels: {app: name, version: 'v1'},
      annotations: {'sidecar.istio.io/status': '{"containers":["istio-proxy"],"initContainers":["istio-init"]}'},
    },
    spec: {
      containers: [
        {name: 'app', image: 'example/app:1', ...(name === 'server' ? {ports: [{containerPort: PORT}]} : {})},
        {name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.31.0', args: ['proxy', 'sidecar']},
      ],
      serviceAccountName: name,
    },
    status: {
      phase: 'Running',
      podIP: ADDRESS[name],
      podIPs: [{ip: ADDRESS[name]}],
      hostIP: '10.60.0.254',
      conditions: [{type: 'Ready', status: 'True'}],
      containerStatuses: containers.map(each => ({name: each, ...running})),
    },
  }
}

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {name: 'server', namespace: 'demo'},
  spec: {
    clusterIP: CLUSTER_IP,
    clusterIPs: [CLUSTER_IP],
    selector: {app: 'server'},
    ports: [{name: 'http', port: PORT, targetPort: PORT, protocol: 'TCP'}],
  },
}

function list(items: readonly object[]): ScriptedAnswer {
  return {
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({kind: 'List', apiVersion: 'v1', metadata: {resourceVersion: '1'}, items}),
  }
}

function apiAnswer(path: string, logOf: (pod: string) => string): ScriptedAnswer | undefined {
  const {pathname} = new URL(path, 'http://api')
  const [, name, log] = /^\/api\/v1\/namespaces\/demo\/pods\/(client|server)(\/log)?$/.exec(pathname) ?? []
  if (name === 'client' || name === 'server')
    return log === undefined ? {body: JSON.stringify(pod(name))} : {body: logOf(name)}
  if (/^\/api\/v1(\/namespaces\/demo)?\/pods$/.test(pathname)) return list([pod('client'), pod('server')])
  if (/^\/api\/v1(\/namespaces\/demo)?\/services$/.test(pathname)) return list([SERVICE])
  if (/\/(pods|services|endpointslices|serviceentries|configmaps)$/.test(pathname)) return list([])
  return undefined
}

const PODS: readonly PodName[] = ['client', 'server']

function space(name: PodName): string {
  return `mcm${process.pid}${name[0]}`
}

function run(name: PodName, argv: readonly string[]): Ran {
  const [program = '', ...args] = inside(space(name), argv)
  return spawnSync(program, args, {timeout: 15_000, maxBuffer: 1 << 28})
}

/** ip-netns(8): files below this folder stand for those of /etc. */
function etc(name: PodName): string {
  return join('/etc/netns', space(name))
}

function makeSpaces(rules: string): void {
  for (const name of PODS) {
    mkdirSync(etc(name), {recursive: true})
    writeFileSync(join(etc(name), 'hosts'), `127.0.0.1 localhost\n${CLUSTER_IP} server\n`)
  }
  joinedNamespaces(space('client'), space('server'))
  for (const name of PODS) {
    const via = ADDRESS[name === 'client' ? 'server' : 'client']
    must(inside(space(name), ['ip', 'addr', 'add', `${ADDRESS[name]}/24`, 'dev', 'eth0']))
    must(inside(space(name), ['ip', 'link', 'set', 'eth0', 'up']))
    must(inside(space(name), ['ip', 'route', 'add', 'default', 'via', via]))
    must(inside(space(name), ['iptables-restore']), rules)
  }
}

function removeSpaces(): void {
  for (const name of PODS) {
    spawnSync('ip', ['netns', 'del', space(name)])
    rmSync(etc(name), {recursive: true, force: true})
  }
}

function adminPage(name: PodName, path: string): Buffer {
  return run(name, ['curl', '--silent', '--max-time', '10', `http://127.0.0.1:15000${path}`]).stdout
}

function startEnvoy(name: PodName, folder: string, log: string): ChildProcess {
  const file = join(folder, `${name}.json`)
  writeFileSync(file, JSON.stringify(sidecarConfig(name, ADDRESS[name], ADDRESS.server, PORT)))
  chmodSync(file, 0o644)
  // Envoy opens /dev/stdout by its name, as its own user.
  const output = openSync(log, 'a')
  chmodSync(log, 0o666)
  // Ambient, so that a program below a folder of root can be started.
  const reads = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search']
  const own = ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', ...reads]
  const envoy = ['envoy', '-c', file, '--concurrency', '1', '--disable-hot-restart', '-l', 'error']
  const [program = '', ...args] = inside(space(name), [...own, ...envoy, '--file-flush-interval-msec', '50'])
  return spawn(program, args, {stdio: ['ignore', output, output]})
}

async function live(name: PodName, child: ChildProcess, log: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (child.exitCode !== null)
      throw new Error(`the Envoy of ${name} ended: ${readFileSync(log, 'utf8').slice(-2000)}`)
    if (adminPage(name, '/server_info').includes('"LIVE"')) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error(`the Envoy of ${name} did not become live`)
}

function isPod(name: string): name is PodName {
  return name === 'client' || name === 'server'
}

/** Makes the mesh; `rules` is what iptables-save printed in a pod with a sidecar. */
export async function netnsMesh(folder: string, rules: string): Promise<NetnsMesh> {
  const children: ChildProcess[] = []
  const clear = async () => {
    for (const child of children) await gone(child)
    removeSpaces()
  }
  const log = (name: PodName) => join(folder, `${name}.log`)
  try {
    chmodSync(folder, 0o755)
    makeSpaces(rules)
    const application = await started(inside(space('server'), [process.execPath, '-e', APPLICATION]), 'the application')
    children.push(application)
    const envoys = PODS.map(name => ({name, child: startEnvoy(name, folder, log(name))}))
    children.push(...envoys.map(each => each.child))
    for (const {name, child} of envoys) await live(name, child, log(name))
    const cluster = await scriptedCluster({
      get: path => apiAnswer(path, name => (isPod(name) ? readFileSync(log(name), 'utf8') : '')),
      exec: (_container, argv, name) => (isPod(name) ? framesOf(run(name, argv)) : []),
      forward: (_port, name) => (request, response) => {
        response.end(isPod(name) ? adminPage(name, request.url ?? '/') : '')
      },
    })
    return {
      cluster,
      run,
      stopApplication: () => gone(application),
      close: async () => {
        await cluster.close()
        await clear()
      },
    }
  } catch (error) {
    await clear()
    throw error
  }
}
