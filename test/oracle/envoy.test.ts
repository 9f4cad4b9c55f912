import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {mkdtempSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {meshctl} from '../support/cli.js'
import {skipUnless} from '../support/skip-unless.js'
import {tempFolder} from '../support/temp-folder.js'

const TEMP = tempFolder('envoy')

const NAME = `meshctl-envoy-${process.pid}`
const FROM = ['--from', `netns:${NAME}`]

const endpoint = (port: number) => ({endpoint: {address: {socket_address: {address: '127.0.0.1', port_value: port}}}})
const cluster = (name: string, port: number) => ({
  name,
  type: 'STATIC',
  connect_timeout: '1s',
  load_assignment: {cluster_name: name, endpoints: [{lb_endpoints: [endpoint(port)]}]},
})
const TCP_PROXY = 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'
const CONFIG = {
  admin: {address: {socket_address: {address: '127.0.0.1', port_value: 15000}}},
  node: {id: 'sidecar~10.0.0.1~x.demo~demo.svc.cluster.local', cluster: 'x'},
  static_resources: {
    listeners: [
      {
        name: 'out',
        address: {socket_address: {address: '0.0.0.0', port_value: 15001}},
        filter_chains: [
          {
            filters: [
              {
                name: 'envoy.filters.network.tcp_proxy',
                typed_config: {
                  '@type': TCP_PROXY,
                  stat_prefix: 'x',
                  weighted_clusters: {
                    clusters: [
                      {name: 'blue', weight: 80},
                      {name: 'green', weight: 20},
                    ],
                  },
                },
              },
            ],
          },
        ],
      },
    ],
    clusters: [
      cluster('blue', 7001),
      cluster('green', 7002),
      cluster('outbound|80|v1|web.demo.svc.cluster.local', 7003),
    ],
  },
}

function succeeds(...argv: readonly string[]): boolean {
  const [program = '', ...args] = argv
  return spawnSync(program, args, {stdio: 'ignore'}).status === 0
}

const CAN = process.getuid?.() === 0 && succeeds('envoy', '--version') && succeeds('ip', 'netns', 'add', NAME)
const {test: envoyTest} = skipUnless(CAN, 'root, ip netns and envoy on PATH')

/** What Envoy itself answers inside the namespace, through its own plain-text pages. */
function admin(path: string): string {
  const fetch = `require('http').get({host: '127.0.0.1', port: 15000, path: '/${path}'}, a => a.pipe(process.stdout))`
  return spawnSync('ip', ['netns', 'exec', NAME, process.execPath, '-e', fetch], {encoding: 'utf8'}).stdout
}

describe('a real Envoy in a network namespace, without Kubernetes', () => {
  let envoy: ChildProcess | undefined
  beforeAll(async () => {
    if (!CAN) return
    succeeds('ip', 'netns', 'exec', NAME, 'ip', 'link', 'set', 'lo', 'up')
    const file = join(mkdtempSync(join(TEMP, 'envoy-')), 'envoy.json')
    writeFileSync(file, JSON.stringify(CONFIG))
    envoy = spawn(
      'ip',
      ['netns', 'exec', NAME, 'envoy', '-c', file, '-l', 'error', '--base-id', String(process.pid % 30_000)],
      {stdio: 'ignore', detached: true},
    )
    for (let tries = 0; tries < 100 && !admin('ready').includes('LIVE'); tries++)
      await new Promise(done => setTimeout(done, 100))
  }, 60_000)
  afterAll(() => {
    if (envoy?.pid !== undefined) process.kill(-envoy.pid, 'SIGKILL')
    if (CAN) succeeds('ip', 'netns', 'del', NAME)
  })

  envoyTest('proxy-config cluster lists what Envoy itself lists', async () => {
    const own = [
      ...new Set(
        admin('clusters')
          .split('\n')
          .map(line => line.split('::')[0] ?? ''),
      ),
    ].filter(name => name !== '')
    const run = await meshctl(['pc', 'cluster', ...FROM, '-o', 'json'])
    const ours = (JSON.parse(run.stdout) as {name: string}[]).map(each => each.name)
    expect(ours.sort()).toEqual(own.sort())
    expect(own).toHaveLength(3)
  })

  envoyTest('proxy-config endpoint agrees with Envoy about address and health', async () => {
    const own = admin('clusters')
      .split('\n')
      .filter(line => line.includes('::health_flags::'))
      .map(line => line.split('::'))
    const run = await meshctl(['pc', 'endpoint', ...FROM, '--no-headers'])
    const ours = run.stdout
      .trim()
      .split('\n')
      .map(line => line.split(/\s{2,}/))
    expect(ours.map(([address, health, , name]) => [name, address, health]).sort()).toEqual(
      own.map(([name, address, , flags]) => [name, address, (flags ?? '').toUpperCase()]).sort(),
    )
  })

  envoyTest('a weighted destination is shown with its weights', async () => {
    const run = await meshctl(['pc', 'listener', ...FROM])
    expect(run.stdout).toContain('blue (80%), green (20%)')
  })

  envoyTest('server-info is what Envoy says of itself', async () => {
    const own = JSON.parse(admin('server_info')) as {version: string; state: string}
    const run = await meshctl(['server-info', ...FROM])
    expect(run.stdout).toContain(own.version.split('/')[1] ?? '?')
    expect(run.stdout).toContain(own.state)
  })

  envoyTest('ports sees its sockets, iptables that nothing is captured', async () => {
    const ports = await meshctl(['ports', ...FROM])
    expect(ports.stdout).toMatch(/15001\/tcp\s+\*\s+envoy/)
    const rules = await meshctl(['iptables', ...FROM])
    expect(rules.stdout).toContain('nothing is captured')
  })
})
