import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect} from '@jest/globals'
import {meshctl} from '../support/cli.js'
import {skipUnless} from '../support/skip-unless.js'

const FOLDER = '../shared/seeds'
const PAGES = {
  '000': '000_079a4ce2d29cfbc1.txt',
  '001': '001_f0e6f353a6d7b5ea.txt',
  '002': '002_a5c737006caff5fd.txt',
  '003': '003_45509516f8e4a551.txt',
  '004': '004_a2d16ebbfb9987d6.txt',
} as const

const folder = mkdtempSync(join(tmpdir(), 'meshctl-items-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

/** What is asked of the whole page, of a part of it from one mark to another, or of no page. */
interface Item {
  readonly id: string
  readonly page?: keyof typeof PAGES
  readonly from?: RegExp
  readonly lines?: number
  readonly command: readonly string[]
  readonly says: readonly RegExp[]
  readonly exit?: readonly number[]
}

const page = (id: string, of: keyof typeof PAGES, command: string, ...says: readonly RegExp[]): Item => ({
  id,
  page: of,
  command: command.split(' '),
  says,
})
const words = (id: string, command: string, ...says: readonly RegExp[]): Item => ({
  id,
  command: command.split(' '),
  says,
})

// Pages as they stand, Chinese prose around what was pasted; the words are the pages' own (ports, names, states) or facts of Istio's documentation.
const ITEMS: readonly Item[] = [
  page('0.1 iptables -t nat -S', '000', 'iptables', /Istio 1\.0 to 1\.2/, /10 rules/),
  page(
    '0.3 8080 in, everything out, to 15001',
    '000',
    'iptables -o short',
    /Inbound .*port 15001\): port 8080/,
    /Outbound TCP goes to the proxy \(port 15001\)/,
  ),
  page('0.4 where a packet goes', '000', 'packet --in tcp://:8080', /captured by the proxy/, /port 15001/),
  page('0.4 and one that is not captured', '000', 'packet --in tcp://:9090', /not captured/),
  page(
    '1.3 rules of -p 15001 -u 1337',
    '001',
    'iptables --expected -o short',
    /Inbound TCP goes to the proxy \(port 15001\)/,
    /uid 1337/,
    /Istio 0\.7/,
  ),
  page(
    '1.4 the dump with Docker chains',
    '001',
    'iptables -o short',
    /legacy/,
    /Docker/,
    /127\.0\.0\.11:35949/,
    /38786/,
  ),
  page('1.5 one list for both directions', '001', 'iptables', /before 1\.0/),
  page(
    '1.6 netstat',
    '001',
    'ports',
    /9080\/tcp/,
    /15000\/tcp +127\.0\.0\.1 .*Envoy admin/,
    /15001\/tcp .*inbound and outbound/,
    /38786\/tcp/,
  ),
  page('1.7 the resolver of Docker', '001', 'packet --out udp://127.0.0.11:53', /not the proxy/, /35949/),
  page(
    '1.8 uid 1337 is exempt',
    '001',
    'packet --out tcp://10.0.0.9:9080 --uid 1337',
    /leaves the pod: treated as the proxy's own traffic/,
  ),
  page(
    '1.9 ps -ef',
    '001',
    'net',
    /pilot-agent/,
    /Envoy: configuration \/var\/lib\/istio\/envoy-rev0\.json, restart epoch 0/,
    /Consul/,
  ),
  page('1.10 the control plane of envoy-rev0.json', '001', 'proxy-status', /Consul/),
  page('1.11 the virtual listener', '001', 'pc listener', /virtual \(0\.0\.0\.0:15001\)/),
  page('1.12 the virtual host and its domains', '001', 'pc route', /reviews\.service\.consul:9080/),
  page('1.13 pieces with dots say what is missing', '001', 'pc route', /incomplete/),
  page('1.17 check of the workload', '001', 'check', /compose service bookinfo_productpage-v1_1/, /0 errors/),
  page('2.1 injection by label', '002', 'check-inject', /istio-injection=enabled/),
  page(
    '2.34 Deployment hello with its Service',
    '002',
    'check',
    /Deployment default\/hello: 0 errors/,
    /hello:80 has neither name nor appProtocol/,
  ),
  page('2.36 the events of sleep', '002', 'explain', /Kubernetes/),
  page('3.1 versions', '003', 'read', /versions istioctl prints/),
  page('3.2 deploy.yaml', '003', 'check', /Deployment default\/nginx/, /MCT1101/),
  page('3.3 arguments to rules', '003', 'iptables --expected', /19 rules.*Istio 1\.11/),
  page(
    '3.10 all inbound but the mesh’s own ports',
    '003',
    'iptables --expected -o short',
    /15020.*15021.*15090/,
    /uid 1337/,
  ),
  page('4.4 netstat with a column missing', '004', 'ports', /80\/tcp +\* +nginx: master pro/),
  page('4.7 an excerpt of the log of istio-init', '004', 'iptables', /excerpt, 1 rule/, /15001/),
  page('4.10 ps -ef without its columns', '004', 'net', /pilot-agent proxy/, /Envoy/),
  {
    id: '4.13 arguments that were cut are no arguments',
    page: '004',
    command: ['iptables', '--expected'],
    says: [/no rules are expected/],
    exit: [2],
  },
  words('1.11 BlackHoleCluster', 'explain BlackHoleCluster', /no route|drops|refus|discard|registry/i),
  words('2.16 mTLS of a call', 'explain mTLS', /certificate/i),
  words('2.17 SPIFFE', 'explain SPIFFE', /identities in the mesh/),
  words('2.18 Galley and Pilot', 'explain Galley Pilot Citadel', /istiod/),
  words('2.19 Mixer', 'explain Mixer', /removed/i),
  words('2.21 REGISTRY_ONLY and its 502', 'explain REGISTRY_ONLY 502', /service registry/i, /502/),
  words('2.24 states', 'explain SYNCED STALE', /acknowledged/),
  words('2.27 UID 1337', 'explain 1337', /sidecar|proxy/),
  words('2.28 HTTP/1.0', 'explain 426', /HTTP\/1\.0/),
  words('2.32 NET_ADMIN', 'explain NET_ADMIN', /istio-init/),
  words(
    '2.33 LDS RDS CDS EDS ADS HDS',
    'explain LDS RDS CDS EDS ADS HDS',
    /Listener/,
    /Route/,
    /Cluster/,
    /Endpoint/,
    /Health/,
  ),
  words(
    '3.5 ports of the sidecar',
    'explain 15000 15001 15006 15008 15009 15020 15021 15053 15090',
    /admin/i,
    /outbound/i,
    /inbound/i,
    /health/i,
    /DNS/,
    /metrics/i,
  ),
  words('3.6 ports of istiod', 'explain 443 8080 15010 15012 15014 15017', /webhook/i, /debug/i, /plain ?text/i, /TLS/),
  words('4.12 duties of pilot-agent', 'explain pilot-agent', /istio-proxy/),
  words('4.15 injection on and off', 'explain istio-injection', /label/i),
]

describe('items of five pages as people wrote them', () => {
  const {test} = skipUnless(existsSync(FOLDER), `${FOLDER} (five documents on Istio 1.0 to 1.11)`)

  test.each(ITEMS.map(item => [item.id, item] as const))('%s', async (_, item) => {
    const files = item.page === undefined ? [] : ['-f', join(FOLDER, PAGES[item.page])]
    const [first = '', ...rest] = item.command
    const argv = first === 'read' ? ['read', files[1] ?? ''] : [first, ...rest, ...files]
    const run = await meshctl(argv)
    expect(item.exit ?? [0, 1, 3]).toContain(run.code)
    const said = `${run.stdout} ${run.stderr}`.replace(/\s+/g, ' ')
    for (const each of item.says) expect(said).toMatch(each)
  })

  test('a part of a page alone answers like the page', async () => {
    const text = readFileSync(join(FOLDER, PAGES['000']), 'utf8')
    const start = text.indexOf('-P PREROUTING')
    const path = join(folder, 'part.txt')
    writeFileSync(path, text.slice(start, text.indexOf('\n\n', start)))
    const run = await meshctl(['iptables', '-f', path, '-o', 'short'])
    expect(run.stdout.replace(/\s+/g, ' ')).toMatch(/Inbound .*port 15001\): port 8080/)
  })
})
