import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {textOf} from '../../../src/formats/decode.js'

/** True when an `envoy` program is on the path. */
export function hasEnvoy(): boolean {
  return spawnSync('envoy', ['--version'], {stdio: 'ignore'}).status === 0
}

/** True when certificates can be made. */
export function hasOpenssl(): boolean {
  return spawnSync('openssl', ['version'], {stdio: 'ignore'}).status === 0
}

/** Ports that are free on every loopback address, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      {length: count},
      () =>
        new Promise<ReturnType<typeof createServer>>(resolve => {
          const server = createServer()
          server.listen(0, '0.0.0.0', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map(server => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map(server => new Promise<void>(resolve => server.close(() => resolve()))))
  return ports
}

/** One line of the access log, joined with a client by the address it called from. */
export interface Logged {
  readonly client: string
  readonly log: string
  readonly fields: unknown
}

const FORMAT = {
  code: '%RESPONSE_CODE%',
  flags: '%RESPONSE_FLAGS%',
  details: '%RESPONSE_CODE_DETAILS%',
  termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  route: '%ROUTE_NAME%',
  cluster: '%UPSTREAM_CLUSTER_RAW%',
  filter_chain: '%FILTER_CHAIN_NAME%',
  client: '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%',
  remote_ip: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
  failure: '%DOWNSTREAM_TRANSPORT_FAILURE_REASON%',
  listener: '%METADATA(LISTENER:oracle:name)%',
}

/** The access log every listener, HTTP connection manager and TCP proxy of a test writes. */
export function accessLog(log: string): unknown {
  return [
    {
      name: 'envoy.access_loggers.file',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
        path: 'access.log',
        log_format: {json_format: {log, ...FORMAT}},
      },
    },
  ]
}

export interface RunningEnvoy {
  readonly dump: unknown
  readonly logged: () => readonly Logged[]
  readonly stop: () => Promise<void>
}

async function adminJson(port: number, path: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {signal: AbortSignal.timeout(60_000)})
  return await response.json()
}

async function ready(admin: number, child: ChildProcess, output: string): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (child.exitCode !== null)
      throw new Error(`envoy refused the configuration: ${readFileSync(output, 'utf8').slice(-2000)}`)
    try {
      if (textOf(await adminJson(admin, '/server_info'), 'state') === 'LIVE') return
    } catch {
      // Not listening yet.
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error('envoy did not become live')
}

/** Starts Envoy in a folder with a configuration; its access log, dump and end are what the test needs of it. */
export async function startEnvoy(folder: string, admin: number, config: object): Promise<RunningEnvoy> {
  const file = join(folder, 'envoy.json')
  const output = join(folder, 'envoy.out')
  writeFileSync(join(folder, 'access.log'), '')
  writeFileSync(output, '')
  writeFileSync(
    file,
    JSON.stringify({...config, admin: {address: {socket_address: {address: '127.0.0.1', port_value: admin}}}}),
  )
  const argv = [
    '-c',
    file,
    '--concurrency',
    '1',
    '--disable-hot-restart',
    '-l',
    'error',
    '--file-flush-interval-msec',
    '100',
    '--log-path',
    output,
  ]
  const child = spawn('envoy', argv, {cwd: folder, stdio: 'ignore'})
  await ready(admin, child, output)
  const dump = await adminJson(admin, '/config_dump?include_eds')
  return {
    dump,
    logged: () =>
      readFileSync(join(folder, 'access.log'), 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map(line => {
          const fields: unknown = JSON.parse(line)
          return {client: textOf(fields, 'client') ?? '', log: textOf(fields, 'log') ?? '', fields}
        }),
    stop: async () => {
      const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
      child.kill('SIGKILL')
      await gone
    },
  }
}
