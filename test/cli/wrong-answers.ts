import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, test} from '@jest/globals'
import {meshctl} from '../support/cli.js'
import {corpusShare} from '../support/oracle-size.js'

const folder = mkdtempSync(join(tmpdir(), 'meshctl-wrong-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const table = (name: string, rules: readonly string[], chains: readonly string[] = []) =>
  [
    `*${name}`,
    ...['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map(chain => `:${chain} ACCEPT [0:0]`),
    ...chains.map(chain => `:${chain} - [0:0]`),
    ...rules,
    'COMMIT',
    '',
  ].join('\n')

/** The rules istio-init 1.5 makes for the pod below (recorded), with more rules in front of the last of ISTIO_OUTPUT, and the inbound capture as given. */
function rules15(more: readonly string[] = [], inbound = '-p tcp'): string {
  return table(
    'nat',
    [
      `-A PREROUTING -p tcp -j ISTIO_INBOUND`,
      '-A OUTPUT -p tcp -j ISTIO_OUTPUT',
      ...['22', '15090', '15020'].map(port => `-A ISTIO_INBOUND -p tcp -m tcp --dport ${port} -j RETURN`),
      `-A ISTIO_INBOUND ${inbound} -j ISTIO_IN_REDIRECT`,
      '-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006',
      '-A ISTIO_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN',
      ...['uid', 'gid'].flatMap(owner => [
        `-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -m owner --${owner}-owner 1337 -j ISTIO_IN_REDIRECT`,
        `-A ISTIO_OUTPUT -o lo -m owner ! --${owner}-owner 1337 -j RETURN`,
        `-A ISTIO_OUTPUT -m owner --${owner}-owner 1337 -j RETURN`,
      ]),
      '-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN',
      ...more.map(rule => `-A ISTIO_OUTPUT ${rule} -j RETURN`),
      '-A ISTIO_OUTPUT -j ISTIO_REDIRECT',
      '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
    ],
    ['ISTIO_INBOUND', 'ISTIO_IN_REDIRECT', 'ISTIO_OUTPUT', 'ISTIO_REDIRECT'],
  )
}

const INIT_15 =
  'command: [istio-iptables, -p, "15001", -z, "15006", -u, "1337", -m, REDIRECT, -i, "*", -x, "", -b, "*", -d, "15090,15020"]'

function pod(init: string, image = 'docker.io/istio/proxyv2:1.5.0', security = ''): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: bx
  namespace: shop
  labels: {app: bx, version: v1}
  annotations: {sidecar.istio.io/status: '{"initContainers":["istio-init"],"containers":["istio-proxy"]}'}
spec:
  initContainers:
  - name: istio-init
    image: ${image}
    ${init}
    securityContext: {runAsUser: 0${security === '' ? ', capabilities: {add: [NET_ADMIN, NET_RAW]}' : security}}
  containers:
  - {name: app, image: "example.com/app:1", ports: [{containerPort: 8080}]}
  - {name: istio-proxy, image: "docker.io/istio/proxyv2:1.5.0"}
status: {phase: Running, podIP: 10.244.1.9}
`
}

/** One list for both directions and Docker's resolver, as a container of Istio before 1.0 has them. */
const DOCKER = table(
  'nat',
  [
    '-A PREROUTING -j ISTIO_REDIRECT',
    '-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT',
    '-A OUTPUT -p tcp -j ISTIO_OUTPUT',
    '-A DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:38786',
    '-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:35949',
    '-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -j ISTIO_REDIRECT',
    '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN',
    '-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN',
    '-A ISTIO_OUTPUT -j ISTIO_REDIRECT',
    '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
  ],
  ['DOCKER_OUTPUT', 'ISTIO_OUTPUT', 'ISTIO_REDIRECT'],
)

/** Only certain ports or packets go to the proxy, as `-b PORTS` of Istio 1.0 to 1.2 makes it. */
const inbound = (match: string) =>
  table(
    'nat',
    [
      '-A PREROUTING -p tcp -j ISTIO_INBOUND',
      '-A OUTPUT -p tcp -j ISTIO_OUTPUT',
      `-A ISTIO_INBOUND -p tcp -m tcp ${match} -j ISTIO_REDIRECT`,
      '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN',
      '-A ISTIO_OUTPUT -j ISTIO_REDIRECT',
      '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
    ],
    ['ISTIO_INBOUND', 'ISTIO_OUTPUT', 'ISTIO_REDIRECT'],
  )
/** Packets that leave without the proxy. */
const outbound = (match: string) =>
  table(
    'nat',
    [
      '-A OUTPUT -p tcp -j ISTIO_OUTPUT',
      '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN',
      `-A ISTIO_OUTPUT ${match} -j RETURN`,
      '-A ISTIO_OUTPUT -j ISTIO_REDIRECT',
      '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
    ],
    ['ISTIO_OUTPUT', 'ISTIO_REDIRECT'],
  )

const service = (name: string, port: string) =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\nspec:\n  selector: {app: hello}\n  ports: [{${port}port: 8080}]\n---\n`
const HELLO = `apiVersion: apps/v1
kind: Deployment
metadata: {name: hello, namespace: shop}
spec:
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello, version: v1, sidecar.istio.io/inject: "true"}}
    spec:
      containers: [{name: app, image: "example.com/app:1", ports: [{containerPort: 8080}]}]
---
`
const v2Dump = (port: number) =>
  JSON.stringify({
    configs: [
      {
        '@type': 'type.googleapis.com/envoy.admin.v2alpha.ListenersConfigDump',
        dynamic_active_listeners: [
          {
            version_info: '1',
            listener: {
              name: `l_${port}`,
              address: {socket_address: {address: '0.0.0.0', port_value: port}},
              filter_chains: [],
            },
          },
        ],
      },
      {
        '@type': 'type.googleapis.com/envoy.admin.v2alpha.ClustersConfigDump',
        dynamic_active_clusters: [{version_info: '1', cluster: {name: 'web', type: 'EDS'}}],
      },
    ],
  })
const SYNCZ_16 = JSON.stringify([
  {
    proxy: 'web-1.shop',
    istio_version: '1.6.0',
    cluster_sent: 'a',
    cluster_acked: 'a',
    listener_sent: 'b',
    listener_acked: 'b',
    route_sent: 'e',
    route_acked: 'e',
    endpoint_sent: 'd',
    endpoint_acked: 'c',
  },
])
const BOOTSTRAP_18 = JSON.stringify({
  configs: [
    {
      '@type': 'type.googleapis.com/envoy.admin.v2alpha.BootstrapConfigDump',
      bootstrap: {node: {id: 'sidecar~10.0.0.5~web~x', build_version: '0/1.8.0-dev//RELEASE'}},
    },
    {
      '@type': 'type.googleapis.com/envoy.admin.v2alpha.ClustersConfigDump',
      dynamic_active_clusters: [{version_info: '1', cluster: {name: 'web', type: 'EDS'}}],
    },
  ],
})

interface Case {
  readonly item: string
  /** `@NAME` stands for the path of the file below. */
  readonly argv: readonly string[]
  readonly files: Readonly<Record<string, string>>
  readonly says: readonly RegExp[]
  readonly never?: readonly RegExp[]
  readonly exit: readonly number[]
}

const drift = (item: string, rules: string, exit: number, ...says: readonly RegExp[]): Case => ({
  item,
  argv: ['iptables', '-f', '@rules.save', '-f', '@pod.yaml', '--drift'],
  files: {'rules.save': rules, 'pod.yaml': pod(INIT_15)},
  says,
  never: exit === 1 ? [/none of which changes/] : [/should be left alone|was changed/],
  exit: [exit],
})
const headline = (item: string, rules: string, ...says: readonly RegExp[]): Case => ({
  item,
  argv: ['iptables', '-f', '@rules.save', '-o', 'short'],
  files: {'rules.save': rules},
  says,
  exit: [0],
})
const packet = (item: string, rules: string, question: readonly string[], ...says: readonly RegExp[]): Case => ({
  item,
  argv: ['packet', '-f', '@rules.save', ...question],
  files: {'rules.save': rules},
  says,
  exit: [0, 1],
})

const HOLE = rules15(['-d 10.96.0.0/12 -p tcp -m tcp --dport 9080'])
// The truth of each row was found on a real kernel or is a fact of Istio's own manifests; it stands here as it was written down before it was right.
const CASES: readonly Case[] = [
  drift('W0 a hole for an address and port', HOLE, 1, /10\.96\.0\.0\/12 port 9080/, /bypasses the sidecar/),
  drift('W0 a hole for a source and port', rules15(['-s 10.244.0.0/16 -p tcp -m tcp --dport 9080']), 1, /9080/),
  drift(
    'W0 inbound narrowed to a range',
    rules15([], '-p tcp -m tcp --dport 8000:9000'),
    1,
    /bypass/,
    /8000|7999|9001/,
  ),
  drift(
    'W0 inbound narrowed to high ports',
    rules15([], '-p tcp -m tcp --dport 1024:65535'),
    1,
    /ports other than 22, 1024-65535/,
  ),
  {
    item: 'W0 check says the same',
    argv: ['check', '-f', '@rules.save', '-f', '@pod.yaml'],
    files: {'rules.save': HOLE, 'pod.yaml': pod(INIT_15)},
    says: [/ERROR MCT1320.*10\.96\.0\.0\/12/],
    exit: [1],
  },
  packet('W0 the packet leaves', HOLE, ['--out', 'tcp://10.96.0.80:9080'], /escapes/),
  packet('W0 the next port does not', HOLE, ['--out', 'tcp://10.96.0.80:9081'], /captured by the proxy/),
  headline(
    'W1 a range of ports',
    inbound('--dport 8080:8090'),
    /Inbound TCP bypasses the proxy; goes to the proxy \(port 15001\): ports 8080-8090/,
  ),
  packet(
    'W1 outside the range',
    inbound('--dport 8080:8090'),
    ['--in', 'tcp://:5000'],
    /not captured: goes directly to the app/,
  ),
  headline(
    'W1 all but privileged ports',
    inbound('--dport 1024:65535'),
    /Inbound TCP goes to the proxy \(port 15001\); bypasses the proxy: ports 1-1023/,
  ),
  headline('W1 privileged ports', inbound('--dport 1:1023'), /ports 1-1023/),
  headline('W1 ten ports', inbound('--dport 9090:9100'), /ports 9090-9100/),
  headline(
    'W1 outbound range',
    outbound('-p tcp -m tcp --dport 1000:2000'),
    /Outbound TCP goes to the proxy.*bypasses the proxy:.*ports 1000-2000/,
  ),
  headline(
    'W1 address and port',
    outbound('-d 10.0.0.0/8 -p tcp -m tcp --dport 80'),
    /Outbound TCP goes to the proxy.*10\.0\.0\.0\/8 port 80/,
  ),
  headline(
    'W1 range of uids',
    outbound('-m owner --uid-owner 1000-2000'),
    /Outbound TCP goes to the proxy.*uids? 1000-2000/,
  ),
  {
    item: 'W2 flags in command:',
    argv: ['iptables', '-f', '@pod.yaml', '--expected', '-o', 'short'],
    files: {'pod.yaml': pod(INIT_15)},
    says: [/Inbound TCP goes to the proxy \(port 15006\)/, /Outbound TCP goes to the proxy \(port 15001\)/],
    never: [/nothing is captured/],
    exit: [0],
  },
  ...[
    ['@rules.save', '@pod.yaml'],
    ['@pod.yaml', '@rules.save'],
  ].map(
    ([one = '', other = '']): Case => ({
      item: `W2 computed from the pod beside its rules: ${one} ${other}`,
      argv: ['iptables', '-f', one, '-f', other, '--expected', '-o', 'short'],
      files: {'rules.save': HOLE, 'pod.yaml': pod(INIT_15)},
      says: [/17 rules.*computed from the arguments.*Istio 1\.5/, /Inbound TCP goes to the proxy \(port 15006\)/],
      never: [/10\.96\.0\.0/],
      exit: [0],
    }),
  ),
  drift('W2 a healthy pod of 1.5', rules15(), 0, /match the expected rules/),
  {
    item: 'W2 check of the healthy pod',
    argv: ['check', '-f', '@rules.save', '-f', '@pod.yaml', '-o', 'short'],
    files: {'rules.save': rules15(), 'pod.yaml': pod(INIT_15)},
    says: [/0 errors/],
    never: [/Delete the pod/],
    exit: [0, 3],
  },
  {
    item: 'W3 arguments of proxy_init 0.7.1',
    argv: ['iptables', '-f', '@pod.yaml', '--expected', '-o', 'short'],
    files: {'pod.yaml': pod('args: [-p, "15001", -u, "1337"]', 'docker.io/istio/proxy_init:0.7.1')},
    says: [/Inbound TCP goes to the proxy \(port 15001\)/, /Outbound TCP goes to the proxy \(port 15001\)/],
    never: [/nothing is captured/],
    exit: [0],
  },
  {
    item: 'W4 istio-init without NET_ADMIN',
    argv: ['check', '-f', '@pod.yaml'],
    files: {'pod.yaml': pod(INIT_15, 'docker.io/istio/proxyv2:1.5.0', ', capabilities: {add: [CHOWN]}')},
    says: [/ERROR MCT1009 .*NET_ADMIN/],
    exit: [1],
  },
  packet('W5 Docker answers DNS over UDP', DOCKER, ['--out', 'udp://127.0.0.11:53'], /35949/, /Docker/),
  packet('W5 and over TCP', DOCKER, ['--out', 'tcp://127.0.0.11:53'], /38786/),
  headline(
    'W5 the headline',
    DOCKER,
    /DNS over UDP to 127\.0\.0\.11 redirected to 127\.0\.0\.11:35949/,
    /Docker's embedded resolver.* It is not the proxy/,
  ),
  {
    item: 'W6 listeners of v2 dumps are compared',
    argv: ['diff', '@a.json', '@b.json'],
    files: {'a.json': v2Dump(15_001), 'b.json': v2Dump(15_999)},
    says: [/15001|l_15001/, /15999|l_15999/],
    never: [/no difference/],
    exit: [1],
  },
  {
    item: 'W7 a third Service hides no clash',
    argv: ['check', '-f', '@all.yaml', '--fail-on', 'error'],
    files: {
      'all.yaml':
        HELLO + service('hello', '') + service('hello2', 'name: tcp-web, ') + service('hello3', 'name: http-web, '),
    },
    says: [/ERROR MCT1103 .*hello2.*hello3|ERROR MCT1103 .*hello3.*hello2/],
    exit: [1],
  },
  {
    item: 'W8 an init container as uid 1337 is not an error',
    argv: ['check', '-f', '@all.yaml', '--fail-on', 'error'],
    files: {
      'all.yaml': HELLO.replace(
        '      containers:',
        '      initContainers: [{name: migrate, image: "example.com/m:1", securityContext: {runAsUser: 1337}}]\n      containers:',
      ),
    },
    says: [/0 errors/],
    never: [/ERROR MCT1001/],
    exit: [0, 3],
  },
  ...[
    ['the label refuses', HELLO.replace('sidecar.istio.io/inject: "true"', 'sidecar.istio.io/inject: "false"')],
    ['the host network', HELLO.replace('      containers:', '      hostNetwork: true\n      containers:')],
  ].map(
    ([what = '', text = '']): Case => ({
      item: `W9 no rules are expected: ${what}`,
      argv: ['iptables', '-f', '@all.yaml', '--expected'],
      files: {'all.yaml': text},
      says: [/no sidecar|not injected|hostNetwork|host network|no rules/i],
      never: [/goes to the proxy \(port 15006\)/],
      exit: [0, 1, 2],
    }),
  ),
  {
    item: 'W10 Istio objects do not vanish',
    argv: ['check', '-f', '@all.yaml'],
    files: {
      'all.yaml': `${HELLO}apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: hello, namespace: shop}\nspec:\n  hosts: [hello]\n  http:\n  - route:\n    - {destination: {host: hello, subset: nope}, weight: 60}\n    - {destination: {host: elsewhere}, weight: 30}\n`,
    },
    says: [/VirtualService/],
    exit: [0, 1, 3],
  },
  {
    item: 'W11 endpoints of anything',
    argv: ['pc', 'endpoint', '-f', '@any.json'],
    files: {'any.json': '{"a":1}\n'},
    says: [/Error/],
    exit: [2],
  },
  packet(
    'W12 rejected, not unheard',
    `${inbound('--dport 8080')}*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 15001 -j REJECT --reject-with tcp-reset\nCOMMIT\n`,
    ['--in', 'tcp://:8080'],
    /reject/,
  ),
  packet(
    'W13 a loopback source from outside',
    rules15(),
    ['--in', 'tcp://:8080', '--peer', '127.0.0.1'],
    /martian|dropped/,
  ),
  {
    item: 'W14 it accepted an older version',
    argv: ['proxy-status', '-f', '@syncz.json'],
    files: {'syncz.json': SYNCZ_16},
    says: [/EDS/, /STALE/],
    never: [/has not accepted anything|never acknowledged/i],
    exit: [1],
  },
  {
    item: "W15 Envoy's version from the bootstrap",
    argv: ['pc', 'all', '-f', '@dump.json'],
    files: {'dump.json': BOOTSTRAP_18},
    says: [/1\.8\.0/],
    never: [/0\.0\.0(?!\.)/],
    exit: [0, 3],
  },
  {
    item: 'W16 words beat numbers only where known',
    argv: ['explain', '443', '15443', '1337', '502', '503'],
    files: {},
    says: [
      /443[\s\S]*webhook/i,
      /15443[\s\S]*gateway/i,
      /1337[\s\S]*(sidecar|proxy)/i,
      /502[\s\S]*REGISTRY_ONLY/,
      /503/,
    ],
    never: [/not used by the mesh|Istio does not use port (443|15443)/],
    exit: [0],
  },
  {
    item: 'W17 only TCP is not all',
    argv: ['iptables', '-f', '@rules.save'],
    files: {'rules.save': rules15()},
    says: [/TCP jumps to ISTIO_OUTPUT|TCP .*ISTIO_OUTPUT/],
    never: [/All that this pod's processes send|All traffic jumps to ISTIO_OUTPUT/],
    exit: [0],
  },
  headline(
    'W18 an IPv6 address decides the family',
    '*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -d fd00::/8 -p tcp -j REDIRECT --to-ports 15001\nCOMMIT\n',
    /IPv6|fd00::\/8/,
    /15001/,
  ),
]

/** Asks a share of the questions that were once answered wrongly. */
export function wrongAnswersAreRight(share: number): void {
  test.each(corpusShare('WRONG', CASES, share).map(each => [each.item, each] as const))(
    '%s',
    async (item, {argv, files, says, never = [], exit}) => {
      const place = join(folder, item.replace(/\W+/g, '-'))
      mkdirSync(place)
      for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text)
      const run = await meshctl(argv.map(word => (word.startsWith('@') ? join(place, word.slice(1)) : word)))
      const said = `${run.stdout} ${run.stderr}`.replace(/\s+/g, ' ')
      for (const words of says) expect(said).toMatch(words)
      for (const words of never) expect(said).not.toMatch(words)
      expect(exit).toContain(run.code)
    },
  )
}
