import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {podMode} from '../../../src/analysis/pod-mode/pod-mode.js'
import {readCompose} from '../../../src/formats/containers/compose.js'
import {containerGroups, groupOf} from '../../../src/formats/containers/groups.js'
import {readInspect} from '../../../src/formats/containers/inspect.js'
import {podsOfContainers} from '../../../src/formats/containers/outside-pods.js'
import {readPod} from '../../../src/formats/kube-pod/parse.js'
import {processRole} from '../../../src/formats/process-role.js'
import {parseProcesses} from '../../../src/formats/processes.js'

/** Recorded from Docker 20.10 and Podman 4.3: an application, a sidecar in its network namespace, and a container that runs as uid 1337. */
function recorded(engine: 'docker' | 'podman') {
  return readInspect(JSON.parse(readFileSync(`test/fixtures/containers/${engine}-inspect.json`, 'utf8')))
}

/** The services as the second seed quotes them. */
const COMPOSE = `...
  productpage-v1-init:
    image: docker.io/istio/proxy_init:0.7.1
    cap_add:
      - NET_ADMIN
    network_mode: "container:bookinfo_productpage-v1_1"
    command:
      - -p
      - "15001"
      - -u
      - "1337"
  productpage-v1-sidecar:
    image: docker.io/istio/proxy_debug:1.0.2
    network_mode: "container:bookinfo_productpage-v1_1"
    entrypoint:
      - su
      - istio-proxy
      - -c
      - "/usr/local/bin/pilot-agent proxy --serviceregistry Consul --serviceCluster productpage-v1 >/tmp/envoy.log"
...
`

describe('containers that share a network namespace are one subject', () => {
  test('of Docker, by the name of any of them, a prefix of an id, and no other', () => {
    const all = recorded('docker')
    const names = ['bookinfo_productpage-v1-bad_1', 'bookinfo_productpage-v1-sidecar_1', 'bookinfo_productpage-v1_1']
    expect(containerGroups(all).map(({name}) => name)).toEqual(['bookinfo_productpage-v1_1'])
    for (const word of [...names, all[0]?.id?.slice(0, 12) ?? ''])
      expect(
        groupOf(all, word)
          ?.containers.map(({name}) => name)
          .sort(),
      ).toEqual(names)
    expect(groupOf(all, 'bookinfo')).toBeUndefined()
  })

  test('of Podman, which names the shared container by its id', () => {
    expect(
      groupOf(recorded('podman'), 'pside')
        ?.containers.map(({name}) => name)
        .sort(),
    ).toEqual(['pside', 'pweb'])
  })

  test('a pod with users, capabilities and commands, without variables of the application', () => {
    const [pod] = podsOfContainers(readFileSync('test/fixtures/containers/docker-inspect.json', 'utf8')).map(readPod)
    expect(pod?.workload).toEqual({kind: 'container group', namespace: '', name: 'bookinfo_productpage-v1_1'})
    expect(pod?.containers.map(({name, security}) => [name, security.runAsUser])).toEqual([
      ['bookinfo_productpage-v1-bad_1', 1337],
      ['istio-proxy', 1337],
      ['bookinfo_productpage-v1_1', 1000],
    ])
    expect(pod?.exists).toBe(true)
    expect(pod === undefined ? undefined : podMode(pod)).toBe('sidecar')
    expect(pod?.containers.flatMap(({env}) => Object.keys(env))).not.toContain('HOME')
  })
})

describe('compose', () => {
  test('services quoted in a text, of which the one whose network they share is missing', () => {
    const [pod, ...others] = podsOfContainers(COMPOSE).map(readPod)
    expect(others).toEqual([])
    expect(pod?.workload).toEqual({kind: 'compose service', namespace: '', name: 'bookinfo_productpage-v1_1'})
    const init = pod?.containers.find(({name}) => name === 'istio-init')
    expect(init?.args).toEqual(['-p', '15001', '-u', '1337'])
    expect(init?.security.addedCapabilities).toEqual(['NET_ADMIN', 'NET_RAW'])
  })

  test('a whole file: service:NAME, short and long ports, strings as commands', () => {
    const read = readCompose(`services:
  web:
    image: web
    user: "1000:1000"
    ports: ["8080:80", {target: 443, published: 8443}]
    command: serve --listen "0.0.0.0:80"
  proxy:
    image: envoyproxy/envoy:v1.30
    network_mode: service:web
    cap_drop: [ALL]
`)
    expect(containerGroups(read).map(({name, containers}) => [name, containers.length])).toEqual([['web', 2]])
    expect(read[0]).toMatchObject({
      user: '1000:1000',
      command: ['serve', '--listen', '0.0.0.0:80'],
      ports: [
        {port: 80, protocol: 'TCP'},
        {port: 443, protocol: 'TCP'},
      ],
    })
  })

  test('references in a circle end, and strange names are names', () => {
    const read = readCompose(
      'services:\n  a: {image: x, network_mode: "service:b"}\n  b: {image: x, network_mode: "service:a"}\n  __proto__: {image: x}\n',
    )
    expect(
      containerGroups(read)
        .flatMap(({containers}) => containers.map(({name}) => name))
        .sort(),
    ).toContain('a')
    expect(({} as {image?: unknown}).image).toBeUndefined()
  })
})

describe('processes', () => {
  function processes(text: string) {
    const read = parseProcesses({id: 'net.processes', bytes: Buffer.from(text), provenance: {}})
    return read.ok ? read.value : []
  }

  // The second seed's own list.
  const SEED = `UID         PID   PPID  C STIME TTY          TIME CMD
root          1      0  0 Oct31 ?        00:00:00 su istio-proxy -c /usr/local/bin/pilot-agent proxy --serviceregistry Consul
istio-p+      7      6  0 Oct31 ?        00:00:11 /usr/local/bin/pilot-agent proxy --serviceregistry Consul --serviceCluster productpage-v1
istio-p+     58      7  0 Oct31 ?        01:19:18 /usr/local/bin/envoy -c /var/lib/istio/envoy-rev0.json --restart-epoch 0
`

  test('ps -ef: who starts whom, the configuration of Envoy, the registry of the agent', () => {
    const found = processes(SEED).map(each => ({pid: each.pid, user: each.user, ...processRole(each)}))
    expect(found).toEqual([
      {pid: 1, user: 'root', kind: 'starter', text: "starts Istio's agent", registry: 'Consul'},
      {
        pid: 7,
        user: 'istio-p+',
        kind: 'agent',
        text: "Istio's agent: service registry Consul, cluster productpage-v1",
        registry: 'Consul',
      },
      {
        pid: 58,
        user: 'istio-p+',
        kind: 'envoy',
        text: 'Envoy: configuration /var/lib/istio/envoy-rev0.json, restart epoch 0',
      },
    ])
  })

  test.each([
    [
      'ps aux',
      'USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\nroot        12  0.0  0.1   1234   567 ?        Ss   Oct 31   0:00 nginx: master process\n',
      12,
      undefined,
    ],
    [
      'docker top',
      'UID                 PID                 PPID                C                   STIME               TTY                 TIME                CMD\n1000                12                  1                   0                   08:10               ?                   00:00:00            nginx: master process\n',
      12,
      1000,
    ],
    ['BusyBox', 'PID   USER     TIME  COMMAND\n   12 1000      0:00 nginx: master process\n', 12, 1000],
    ['ps -eo', '  PID  PPID   UID COMMAND\n   12     1  1000 nginx: master process\n', 12, 1000],
  ])('%s', (_, text, pid, uid) => {
    expect(processes(text)).toMatchObject([
      {pid, ...(uid === undefined ? {} : {uid}), command: 'nginx: master process'},
    ])
  })
})
