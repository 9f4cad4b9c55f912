import {describe, expect, test} from '@jest/globals'
import {explainLine} from '../../../src/analysis/log-explanation/explain.js'
import {sideOf} from '../../../src/analysis/log-explanation/side.js'
import {parseLogLine} from '../../../src/formats/log-line/parse.js'
import type {AccessLogEntry} from '../../../src/model/envoy/log-line.js'
import {AGENT_MESSAGES} from '../../../src/model/vocabulary/log-messages/agent.js'
import {CLIENT_MESSAGES} from '../../../src/model/vocabulary/log-messages/client.js'
import {CNI_MESSAGES} from '../../../src/model/vocabulary/log-messages/cni.js'
import {ENVOY_MESSAGES} from '../../../src/model/vocabulary/log-messages/envoy.js'
import {ISTIOD_MESSAGES} from '../../../src/model/vocabulary/log-messages/istiod.js'
import {KERNEL_MESSAGES} from '../../../src/model/vocabulary/log-messages/kernel.js'
import {KUBERNETES_MESSAGES} from '../../../src/model/vocabulary/log-messages/kubernetes.js'
import {ZTUNNEL_MESSAGES} from '../../../src/model/vocabulary/log-messages/ztunnel.js'

function explained(line: string): string {
  const parsed = parseLogLine(line)
  if (parsed === undefined) return ''
  const found = explainLine(parsed)
  return found === undefined
    ? ''
    : [found.writer, found.means, ...found.also, ...found.words.map(({meaning}) => meaning), found.next].join(' ')
}

function access(line: string): AccessLogEntry {
  const parsed = parseLogLine(line)
  if (parsed?.kind !== 'access') throw new Error(`no access log: ${line}`)
  return parsed
}

/** One request in the text format of each release: Istio's defaults (EnvoyTextLogFormat of 1.0, 1.1, 1.4, 1.8, 1.9) and Envoy's own. */
const FORMATS: readonly (readonly [string, string])[] = [
  [
    '1.0',
    '[2018-11-07T03:51:05.000Z] "GET /x HTTP/1.1" 503 UH 0 19 7 - "-" "curl/7" "id-1" "reviews:9080" "-" outbound|9080||reviews.demo.svc.cluster.local - 10.96.0.1:9080 10.244.0.5:1234',
  ],
  [
    '1.1',
    '[2019-02-05T09:12:44.120Z] "GET /x HTTP/1.1" 503 UH "-" 0 19 7 - "-" "curl/7" "id-1" "reviews:9080" "-" outbound|9080||reviews.demo.svc.cluster.local - 10.96.0.1:9080 10.244.0.5:1234 -',
  ],
  [
    '1.4',
    '[2020-02-05T09:12:44.120Z] "GET /x HTTP/1.1" 503 UH "-" "-" 0 19 7 - "-" "curl/7" "id-1" "reviews:9080" "-" outbound|9080||reviews.demo.svc.cluster.local - 10.96.0.1:9080 10.244.0.5:1234 - default',
  ],
  [
    '1.8',
    '[2021-02-05T09:12:44.120Z] "GET /x HTTP/1.1" 503 UH no_healthy_upstream "-" 0 19 7 - "-" "curl/7" "id-1" "reviews:9080" "-" outbound|9080||reviews.demo.svc.cluster.local - 10.96.0.1:9080 10.244.0.5:1234 - default',
  ],
  [
    '1.9',
    '[2023-07-05T09:12:44.120Z] "GET /x HTTP/1.1" 503 UH no_healthy_upstream - "-" 0 19 7 - "-" "curl/7" "id-1" "reviews:9080" "-" outbound|9080||reviews.demo.svc.cluster.local - 10.96.0.1:9080 10.244.0.5:1234 - default',
  ],
]

describe('lines of access logs', () => {
  test.each(FORMATS)('the text format of Istio %s', (_, line) => {
    expect(access(line)).toMatchObject({
      request: 'GET /x HTTP/1.1',
      tcp: false,
      code: '503',
      flags: ['UH'],
      duration: 7,
      authority: 'reviews:9080',
      cluster: 'outbound|9080||reviews.demo.svc.cluster.local',
      localAddress: '10.96.0.1:9080',
      remoteAddress: '10.244.0.5:1234',
    })
    expect(explained(line)).toContain('no endpoint that may be used')
  })

  test.each([
    ['kubectl --prefix', '[pod/web-0/istio-proxy] '],
    ['stern', 'web-0 istio-proxy '],
    ['docker compose', 'web_1  | '],
    ['the CRI', '2023-07-05T09:12:44.125000000Z stdout F '],
    ['kubectl --timestamps', '2023-07-05T09:12:44.125000000Z '],
    ['Markdown', '    '],
  ])('behind the prefix of %s', (_, prefix) => {
    const line = FORMATS.at(-1)?.[1] ?? ''
    expect(access(prefix + line)).toEqual(access(line))
  })

  test("Envoy's default, and a line that was cut", () => {
    const whole =
      '[2023-07-05T09:12:44.120Z] "POST /a HTTP/2" 503 UF,URX 11 91 12 - "-" "ua" "id" "x.test" "10.1.1.1:80"'
    expect(access(whole)).toMatchObject({
      code: '503',
      flags: ['UF', 'URX'],
      authority: 'x.test',
      upstreamHost: '10.1.1.1:80',
    })
    for (let end = whole.indexOf('URX') + 3; end < whole.length; end += 3)
      expect(access(whole.slice(0, end))).toMatchObject({code: '503', flags: ['UF', 'URX']})
  })

  test('JSON, with the names of flags in long form, and inside the record of a collector', () => {
    const entry = {
      response_code: 504,
      response_flags: 'UT',
      duration: 3001,
      method: 'GET',
      path: '/d',
      upstream_cluster: 'outbound|80||a.b.svc.cluster.local',
    }
    expect(access(JSON.stringify(entry))).toMatchObject({form: 'json', code: '504', flags: ['UT'], duration: 3001})
    expect(access(JSON.stringify({...entry, response_flags: 'UpstreamRequestTimeout'}))).toMatchObject({flags: ['UT']})
    const text = FORMATS[0]?.[1] ?? ''
    expect(access(JSON.stringify({log: `${text}\n`, stream: 'stdout', time: '2023'}))).toMatchObject({code: '503'})
  })

  test('which side wrote it', () => {
    expect(sideOf(access(FORMATS[0]?.[1] ?? ''))).toBe('client')
    expect(
      sideOf(
        access(
          '[2023-07-05T09:12:44.120Z] "GET /x HTTP/1.1" 503 UC - - "-" 0 1 2 - "-" "-" "-" "a" "-" inbound|80|| 127.0.0.6:1 10.1.1.1:80 10.2.2.2:3 - default',
        ),
      ),
    ).toBe('server')
  })

  // What each means: Envoy's access log usage and response code details; facts D4.
  test.each([
    [
      '[2024-07-10T11:24:37.791Z] "- - -" 0 NR filter_chain_not_found - "-" 0 0 0 - "-" "-" "-" "-" "-" - - 10.0.0.1:27017 10.0.0.2:3 - -',
      /plaintext.*STRICT/,
    ],
    [
      '[2020-02-05T09:12:44.120Z] "GET /x HTTP/1.1" 502 - direct_response - "-" 0 0 0 - "-" "c" "i" "www.example.com" "-" - - 1.2.3.4:80 10.1.1.1:4 - block_all',
      /REGISTRY_ONLY/,
    ],
    [
      '[2020-02-05T09:12:44.120Z] "- - -" 0 UH - - "-" 0 0 0 - "-" "-" "-" "-" "-" BlackHoleCluster - 1.2.3.4:443 10.1.1.1:4 - -',
      /REGISTRY_ONLY/,
    ],
    [
      '[2020-02-05T09:12:44.120Z] "GET / HTTP/1.1" 403 - rbac_access_denied_matched_policy[ns[demo]-policy[deny-all]-rule[0]] - "-" 0 19 0 - "-" "c" "i" "a" "-" inbound|80|| - - - - -',
      /DENY AuthorizationPolicy.*demo\/deny-all/,
    ],
    [
      '[2020-02-05T09:12:44.120Z] "GET / HTTP/1.1" 403 - rbac_access_denied_matched_policy[none] - "-" 0 19 0 - "-" "c" "i" "a" "-" inbound|80|| - - - - -',
      /none of their rules matched/,
    ],
    [
      '[2020-02-05T09:12:44.120Z] "GET / HTTP/1.1" 401 - jwt_authn_access_denied{Jwt_is_expired} - "-" 0 19 0 - "-" "c" "i" "a" "-" inbound|80|| - - - - -',
      /token: Jwt is expired/,
    ],
    ['503 UF "-" "delayed connect error: 111"', /refused.*listens/],
    [
      '503 UF,URX "-" "TLS error: 268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER"',
      /server answered without TLS/,
    ],
    [
      '[2020-02-05T09:12:44.120Z] "GET / HTTP/1.1" 0 DC downstream_remote_disconnect - "-" 0 0 3000 - "-" "c" "i" "a" "-" - - - - - -',
      /client closed.*3000 ms/,
    ],
    [
      '[2020-02-05T09:12:44.120Z] "GET / HTTP/1.1" 404 NR route_not_found - "-" 0 0 0 - "-" "c" "i" "a.test:31080" "-" - - - - - -',
      /a\.test:31080.*port/,
    ],
    [
      '[2020-02-05T09:12:44.120Z] "GET / HTTP/1.1" 500 - via_upstream - "-" 0 0 9 8 "-" "c" "i" "a" "10.1.1.1:80" outbound|80||a.b.svc.cluster.local - - - - default',
      /application itself answered 500/,
    ],
    [
      '[2020-02-05T09:12:44.120Z] "GET / HTTP/1.1" 200 - via_upstream - "-" 0 0 9 8 "-" "c" "i" "a" "10.1.1.1:80" outbound|80||a.b.svc.cluster.local - - - - default',
      /Nothing went wrong/,
    ],
  ])('%s', (line, words) => {
    expect(explained(line)).toMatch(words)
  })

  test.each([
    ['maybe a NetworkPolicy is blocking HBONE port 15008: deadline has elapsed', /15008.*NetworkPolicy/],
    ['connection closed due to policy rejection: allow policies exist, but none allowed', /ALLOW policies/],
    ['connection closed due to policy rejection: explicitly denied by: demo/deny', /AuthorizationPolicy/],
    ['http status: 503 Service Unavailable', /could not reach the workload/],
  ])('ztunnel, as text and as JSON: %s', (error, words) => {
    const text = `2024-07-26T17:18:00.953004Z\terror\taccess\tconnection complete\tsrc.addr=10.0.0.9:58592 src.workload="a" src.namespace="x" dst.addr=10.0.0.10:15008 dst.workload="b" dst.namespace="y" direction="outbound" bytes_sent=0 error="${error}"`
    const json = {
      level: 'error',
      time: '2024',
      scope: 'access',
      message: 'connection complete',
      'src.addr': '10.0.0.9:1',
      'dst.addr': '10.0.0.10:15008',
      direction: 'outbound',
      error,
    }
    for (const line of [text, JSON.stringify(json)]) {
      expect(explained(line)).toMatch(words)
      expect(explained(line)).toContain('ztunnel on the node of the source')
    }
  })
})

/** Errors of ztunnel's access log (istio/ztunnel, src/proxy.rs, `Error`), each with what it means. */
const ZTUNNEL_ERROR_WORDS: readonly (readonly [string, RegExp])[] = [
  ['connection closed due to policy change', /AuthorizationPolicies or PeerAuthentications changed/],
  ['connection closed due to policy rejection: workload mismatch', /^.*No policy refused.*another pod/],
  ['connection closed due to policy rejection: workload not found', /No policy refused/],
  ['unknown network gateway: 34.1.2.3:15008', /another network.*east-west gateway/],
  ['no gateway address: Workload { network: "n2" }', /another network/],
  ['no service or workload for hostname: ew.istio-gw.svc.cluster.local', /host name/],
  ['no endpoints for workload: web', /no address/],
  ['no valid authority pseudo header: :80', /not a tunnel/],
  ['expected method CONNECT, got GET', /not a tunnel/],
  ['no valid service port in authority header: web:81', /not with this port/],
  ['no valid target port for workload: web:9080', /targetPort/],
  ['requested service web:81 found, but cannot resolve port', /not with this port/],
  ['no valid routing destination for workload: Workload { name: "web" }', /no address/],
  ['requested service web found, but has no IP addresses', /no address/],
  ['no ip addresses were resolved for workload: ext/x', /DNS gave no usable address/],
  ['dns response had no valid IP addresses', /DNS gave no usable address/],
  ['no service for target address: 10.96.7.8:80', /does not know/],
  ['attempted recursive call to ourselves', /15001, 15006, 15008/],
  ['unsupported feature: hbone with v6', /does not support/],
  ['ip mismatch: 10.1.1.1 != 10.2.2.2', /another address/],
  ['connection failed to drain within the timeout', /draining was over/],
  ['pool draining', /shutting down/],
  ['http2 handshake failed: connection error received: not a result of an error', /HTTP\/2/],
  ['tls error: invalid peer certificate: Expired', /not valid at this time/],
  ['tls error: invalid peer certificate: UnknownIssuer', /do not trust/],
  ['tls error: identity verification error: peer did not present the expected SAN', /another identity/],
  ['identity error: the identity is no longer needed', /has gone/],
  ['connection failed: Too many open files (os error 24)', /limit of open files/],
  ['destination disconnected before all data was written', /destination closed/],
  ['connection tracking failed', /refused it/],
  ['http status: 400 Bad Request', /invalid one/],
  ['http status: 404 Not Found', /not bound it/],
  ['http status: 504 Gateway Timeout', /in time/],
]

test.each(ZTUNNEL_ERROR_WORDS)('an error of ztunnel: %s', (error, words) => {
  const line = `2026-01-15T10:00:00.1Z\terror\taccess\tconnection complete\tsrc.addr=10.0.0.9:58592 dst.addr=10.0.0.10:15008 direction="outbound" bytes_sent=0 error="${error.replaceAll('"', '\\"')}"`
  expect(explained(line)).toMatch(words)
})

describe('lines of components', () => {
  const T = '2021-05-09T10:05:11.887025Z'
  test.each([
    [
      `${T}\twarn\tsds\tfailed to warm certificate: failed to generate workload certificate: create certificate: rpc error: code = Unauthenticated desc = request authenticate failure`,
      'pilot-agent',
      /istiod.*token/,
    ],
    [
      `${T}\tinfo\tEnvoy proxy is NOT ready: config not received from Pilot (is Pilot running?): cds updates: 2 successful, 0 rejected; lds updates: 0 successful, 2 rejected`,
      'pilot-agent',
      /rejected listeners/,
    ],
    [
      `${T}\tinfo\tEnvoy proxy is NOT ready: config not received from XDS server: cds updates: 0 successful, 0 rejected; lds updates: 0 successful, 0 rejected`,
      'pilot-agent',
      /no configuration from istiod/,
    ],
    [
      `${T}\twarning\tenvoy config\tStreamAggregatedResources gRPC config stream closed: 14, no healthy upstream`,
      'Envoy',
      /no connection to its control plane \(istiod in Istio/,
    ],
    [
      `[2020-10-14 08:00:00.123][15][warning][config] [external/envoy/source/common/config/grpc_stream.h:92] StreamAggregatedResources gRPC config stream closed: 16, authentication failure`,
      'Envoy',
      /does not accept the identity/,
    ],
    [
      `${T}\twarning\tenvoy config\tgRPC config for type.googleapis.com/envoy.config.listener.v3.Listener rejected: Error adding/updating listener(s) 0.0.0.0_80: cannot bind '0.0.0.0:80': Permission denied`,
      'Envoy',
      /cannot open a listener.*rejected a listener/,
    ],
    [`${T}\twarn\tads\tADS:LDS: ACK ERROR sidecar~10.0.0.1~a.b~b.svc.cluster.local-7 Internal:Error`, 'istiod', /NACK/],
    [
      'Warning  FailedCreatePodSandBox  3m39s  kubelet  failed to setup network for sandbox: plugin type="istio-cni" failed (add): partial add error: no ztunnel connection',
      'Kubernetes',
      /ztunnel is not running/,
    ],
    [
      'Warning  Unhealthy  3s (x20 over 1m)  kubelet  Readiness probe failed: HTTP probe failed with statuscode: 503',
      'Kubernetes',
      /sidecar is not ready/,
    ],
  ])('%s', (line, writer, words) => {
    expect(explained(line)).toMatch(words)
    expect(explained(line).startsWith(writer)).toBe(true)
    expect(explained(`[pod/web-0/istio-proxy] ${line}`)).toBe(explained(line))
  })

  test.each([
    ['nf_conntrack: table full, dropping packet', /connections is full.*nf_conntrack_max/],
    ['nf_conntrack: nf_conntrack: table full, dropping packet', /connections is full/],
    ['ip_conntrack: table full, dropping packet.', /connections is full/],
    ['neighbour: arp_cache: neighbor table overflow!', /ARP table.*gc_thresh3/],
    ['neighbour: ndisc_cache: neighbor table overflow!', /IPv6 neighbour table.*net\.ipv6\.neigh/],
    ['Neighbour table overflow.', /ARP table/],
    [
      'IPv4: martian source 100.96.236.156 from 10.0.0.41, on dev tun-102522758',
      /source address cannot come.*rp_filter/,
    ],
    [
      'TCP: request_sock_TCP: Possible SYN flooding on port 15006. Sending cookies.  Check SNMP counters.',
      /queue.*full/,
    ],
    ['TCP: out of memory -- consider tuning tcp_mem', /tcp_mem allows/],
    ['TCP: too many orphaned sockets', /tcp_max_orphans/],
    ['Memory cgroup out of memory: Killed process 4062 (envoy) total-vm:204700kB', /memory limit/],
    ['Out of memory: Killed process 77 (java) total-vm:9999kB', /node ran out of memory/],
    ['IPVS: rr: TCP 10.96.0.1:443 - no destination available', /no endpoint/],
  ])('the kernel says %s, in each form of its log', (message, words) => {
    const forms = [
      `[20763743.334180] ${message}`,
      `[    1.334180][   T12] ${message}`,
      `<4>[12345.678901] ${message}`,
      `kern  :warn  : [12345.678901] ${message}`,
      `[Thu Sep 29 15:24:30 2016] ${message}`,
      `Nov 14 02:48:18 ip-10-0-0-182.ec2.internal kernel: ${message}`,
      `Nov  4 02:48:18 node-1 kernel: [20763743.334180] ${message}`,
      `2019-02-25T03:45:03.778502+00:00 node-1 kernel: [20763743.334180] ${message}`,
    ]
    for (const line of forms) {
      expect(explained(line)).toMatch(words)
      expect(explained(line)).toMatch(/^the kernel/)
    }
  })

  test('an unknown message of the kernel is not taken for one of the proxy', () => {
    const line = parseLogLine('[12345.678901] e1000: out of memory for rings')
    expect(line).toEqual({
      kind: 'message',
      time: '12345.678901',
      writer: 'the kernel',
      message: 'e1000: out of memory for rings',
    })
    expect(explained('[12345.678901] e1000: out of memory for rings')).toBe('')
  })

  test('no pattern runs away on a long hostile line, and each has a text', () => {
    const all = [
      AGENT_MESSAGES,
      CLIENT_MESSAGES,
      CNI_MESSAGES,
      ENVOY_MESSAGES,
      ISTIOD_MESSAGES,
      KERNEL_MESSAGES,
      KUBERNETES_MESSAGES,
      ZTUNNEL_MESSAGES,
    ].flat()
    expect(all.length).toBeGreaterThan(130)
    const hostile = [
      'failed to '.repeat(1600),
      'x'.repeat(16_000),
      'create certificate '.repeat(800),
      '"{['.repeat(5000),
      'cni pod failed webhook '.repeat(700),
    ]
    for (const [words, meaning, next, source] of all) {
      for (const text of hostile) words.test(text)
      for (const text of [meaning, next, source]) expect(text).not.toBe('')
    }
  })
})

describe('a line of a load balancer', () => {
  const LINE =
    'h2 2023-03-08T12:07:54.384610Z app/k8s-istio/0123456789abcdef 203.0.113.9:37217 10.0.23.17:31130 0.001 0.000 -1 502 - 49 277 "GET https://shop.example.com:443/ HTTP/2.0" "curl/7.86.0"'
  const whole = parseLogLine(LINE)

  test('is not one of a proxy, wherever it is cut', () => {
    expect(whole).toMatchObject({kind: 'foreign', code: '502', target: '10.0.23.17:31130'})
    const from = LINE.indexOf(' app/') + 5
    const cuts = Array.from({length: LINE.length - from}, (_, more) => parseLogLine(LINE.slice(0, from + more)))
    expect(cuts.filter(line => line?.kind === 'access')).toEqual([])
  })
})
