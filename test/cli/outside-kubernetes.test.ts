import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {afterAll, describe, expect, test} from '@jest/globals'
import {meshctl} from '../support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'meshctl-outside-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

function program(name: string, script: string): void {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

const inspect = resolve('test/fixtures/containers/docker-inspect.json')
const ids = (JSON.parse(readFileSync(inspect, 'utf8')) as {Id: string}[]).map(({Id}) => Id)
// Answers as Docker recorded them; commands in containers are refused, as on a machine whose containers have no tools.
program(
  'docker',
  `case "$1" in
  ps) printf '%s\\n' ${ids.join(' ')};;
  inspect) cat '${inspect}';;
  exec) echo "OCI runtime exec failed: exec: \\"$3\\": executable file not found in \\$PATH: unknown" >&2; exit 127;;
  top) printf 'PID PPID UID COMMAND\\n12 1 1337 /bin/sleep 10000\\n';;
  *) exit 1;;
esac`,
)
// Runs what is sent, and nothing when the host is not behind \`--\`.
program(
  'ssh',
  `while [ "$1" != "--" ]; do [ $# -gt 0 ] || exit 255; shift; done; [ "$2" = vm ] || exit 255; exec sh -c "$3"`,
)

const env = {PATH: `${folder}:${process.env.PATH ?? ''}`}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('docker:NAME', () => {
  test('check: a container that runs as the user of the proxy, in the group of any name', async () => {
    const run = await meshctl(['check', '--from', 'docker:bookinfo_productpage-v1-sidecar_1'], {env})
    expect(run.stdout).toMatch(/^container group bookinfo_productpage-v1_1: /)
    expect(run.stdout).toMatch(/ERROR MCT1001 Container bookinfo_productpage-v1-bad_1 runs as uid 1337/)
    // What only Kubernetes has is not asked.
    expect(run.stdout).not.toMatch(/Namespace|Service objects|label/)
    expect(run.code).toBe(1)
  })

  test('describe: users and commands', async () => {
    const run = await meshctl(['describe', 'pod', '--from', 'docker:bookinfo_productpage-v1_1'], {env})
    expect(run.stdout).toMatch(/istio-proxy: uid 1337[\s\S]*--serviceregistry Consul/)
    expect(run.stdout).toContain('No Kubernetes runs it')
  })

  test('a name that does not exist: the same command with the nearest', async () => {
    const run = await meshctl(['net', '--from', 'docker:bookinfo_productpage-v2_1'], {env})
    expect(run.stderr).toMatch(/Next: meshctl net --from docker:bookinfo_productpage-v1_1/)
    expect(run.code).toBe(2)
  })

  test('an engine that is not there', async () => {
    const run = await meshctl(['net', '--from', 'podman:web'], {env: {...env, PATH: folder}})
    expect(run.stderr).toMatch(/the containers of podman: unreachable/)
    expect(run.code).toBe(2)
  })
})

describe('ssh:HOST', () => {
  test('net: the addresses of the other machine', async () => {
    const run = await meshctl(['net', '--from', 'ssh:vm'], {env})
    expect(run.stdout).toMatch(/^host vm\n\nAddresses\nINTERFACE +ADDRESSES\n/)
    expect(run.stdout).toMatch(/lo +127\.0\.0\.1/)
  })

  test('a host that does not answer, and one that is an option', async () => {
    const unreachable = await meshctl(['check', '--from', 'ssh:other'], {env})
    expect(unreachable.stderr).toMatch(/processes: unreachable \(ssh other/)
    const option = await meshctl(['check', '--from', `ssh:-oProxyCommand=touch ${join(folder, 'hurt')}`], {env})
    expect(option.stderr).toContain('not a host')
    expect(() => readFileSync(join(folder, 'hurt'))).toThrow()
  })
})

describe('files without Kubernetes', () => {
  const compose = file(
    'compose.yaml',
    `services:
  web: {image: web, user: "1337"}
  web-init: {image: "docker.io/istio/proxy_init:0.7.1", cap_add: [NET_ADMIN], network_mode: "service:web", command: [-p, "15001", -u, "1337"]}
  web-sidecar: {image: "docker.io/istio/proxy_debug:1.0.2", network_mode: "service:web", command: pilot-agent proxy --serviceregistry Consul}
  bare-init: {image: "docker.io/istio/proxy_init:0.7.1", network_mode: "service:bare", command: [-p, "15001", -u, "1337"]}
  bare: {image: bare}
  bare-sidecar: {image: "docker.io/istio/proxy_debug:1.0.2", network_mode: "service:bare", command: pilot-agent proxy}
`,
  )

  test('compose: the user of the proxy, a missing capability, and the line of the service', async () => {
    const run = await meshctl(['check', '-f', compose])
    expect(run.stdout).toMatch(/ERROR MCT1001 Container web runs as uid 1337[\s\S]*compose\.yaml:2\b/)
    expect(run.stdout).toMatch(/compose service bare \(manifest\): 1 error[\s\S]*MCT1009 bare-init lacks NET_ADMIN/)
  })

  test('compose: the rules its init container makes', async () => {
    const run = await meshctl(['iptables', 'web', '--from', compose, '--expected'])
    expect(run.stdout).toMatch(/Istio 0\.7[\s\S]*Inbound +TCP goes to the proxy \(port 15001\)/)
  })

  test('processes, sockets and rules pasted together are checked as one workload', async () => {
    const processes = file(
      'ps.txt',
      '  PID  PPID   UID COMMAND\n   12     1  1337 /usr/local/bin/envoy -c /etc/envoy.json\n   13     1  1337 /bin/worker\n',
    )
    const sockets = file(
      'ss.txt',
      'tcp LISTEN 0 128 127.0.0.1:15000 0.0.0.0:* users:(("envoy",pid=12,fd=3))\ntcp LISTEN 0 128 0.0.0.0:15001 0.0.0.0:* users:(("worker",pid=13,fd=3))\n',
    )
    const run = await meshctl(['check', '-f', processes, '-f', sockets])
    expect(run.stdout).toMatch(/^process group /)
    expect(run.stdout).toMatch(/MCT1001 Container worker runs as uid 1337/)
    expect(run.stdout).toMatch(/MCT1508 worker listens on \*:15001/)
  })

  test.each([
    ['istio-pilot', 15010, /Control plane: +Istio Pilot/],
    ['consul-server', 8502, /Control plane: +Consul/],
    ['xds.example', 18000, /Control plane: +an unknown xDS server/],
  ])('ps names the control plane %s', async (address, port, name) => {
    const bootstrap = {
      node: {id: 'sidecar~172.28.0.5~web~'},
      dynamic_resources: {ads_config: {api_type: 'GRPC', grpc_services: [{envoy_grpc: {cluster_name: 'xds'}}]}},
      static_resources: {clusters: [{name: 'xds', hosts: [{socket_address: {address, port_value: port}}]}]},
    }
    const run = await meshctl(['ps', '-f', file(`${address}.json`, JSON.stringify(bootstrap))])
    expect(run.stdout).toMatch(name)
    expect(run.stdout).toContain(`${address}:${port}`)
  })
})
