import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect} from '@jest/globals'
import {meshctl} from '../support/cli.js'
import {skipUnless} from '../support/skip-unless.js'

const FOLDER = '../shared/seeds'
const SEEDS = {
  demo: '000_079a4ce2d29cfbc1.txt',
  compose: '001_f0e6f353a6d7b5ea.txt',
  notes: '002_a5c737006caff5fd.txt',
  ports: '003_45509516f8e4a551.txt',
  injected: '004_a2d16ebbfb9987d6.txt',
} as const

const folder = mkdtempSync(join(tmpdir(), 'meshctl-seed-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

function page(name: keyof typeof SEEDS): string {
  return join(FOLDER, SEEDS[name])
}

// Whole pages of Chinese prose with what was pasted in them; the words expected are the pages' own.
describe('pages as people wrote them', () => {
  const {test} = skipUnless(existsSync(FOLDER), `${FOLDER} (five documents on Istio 1.0 to 1.11)`)

  test.each([
    [
      '000: 8080 inbound and everything outbound go to 15001',
      'demo',
      ['iptables'],
      [/Inbound .*15001.*8080/, /Outbound .*15001/, /1337/],
    ],
    [
      '001: one chain for both directions, uid 1337 exempt, Docker chains',
      'compose',
      ['iptables'],
      [/15001/, /1337/, /Docker/, /127\.0\.0\.11:35949/, /38786/],
    ],
    [
      '001: netstat: 9080, 15000 on loopback, 15001, the resolver of Docker',
      'compose',
      ['ports'],
      [/9080\/tcp/, /15000\/tcp +127\.0\.0\.1/, /15001\/tcp/, /35949\/udp/, /38786\/tcp/],
    ],
    [
      '001: the listener that was quoted without braces',
      'compose',
      ['pc', 'listener'],
      [/virtual \(0\.0\.0\.0:15001\)/],
    ],
    [
      '001: the virtual host that was quoted and cut',
      'compose',
      ['pc', 'route'],
      [/reviews\.service\.consul:9080/, /incomplete/],
    ],
    ['003: the rules of the arguments shown', 'ports', ['iptables', '--expected'], [/19 rules.*Istio 1\.11/, /15090/]],
    ['002: Deployment hello is checked where it stands', 'notes', ['check'], [/Deployment default\/hello/]],
    ['004: nginx on 80, although a column is missing', 'injected', ['ports'], [/80\/tcp +\* +nginx/]],
    ['004: one rule of an excerpt', 'injected', ['iptables'], [/excerpt, 1 rule/, /15001/]],
  ] as const)('%s', async (_, name, command, words) => {
    const run = await meshctl([...command, '-f', page(name)])
    expect([0, 1, 3]).toContain(run.code)
    for (const word of words) expect(`${run.stdout}${run.stderr}`.replace(/\s+/g, ' ')).toMatch(word)
  })

  test.each([
    [
      '001: processes and addresses',
      ['pilot-agent', 'envoy', '15000', '127.0.0.11'],
      /first process of istio-proxy[\s\S]*Envoy admin[\s\S]*Docker/,
    ],
    [
      '002: the states of proxy-status',
      ['SYNCED', 'NOT SENT', 'STALE'],
      /acknowledged the last[\s\S]*has sent nothing[\s\S]*has not acknowledged/,
    ],
    [
      '002: what became of Citadel, Pilot, Galley and Mixer',
      ['Citadel', 'Pilot', 'Galley', 'Mixer'],
      /part of istiod[\s\S]*part of istiod[\s\S]*part of istiod[\s\S]*removed/i,
    ],
    [
      '002: LDS, RDS, CDS, EDS, ADS and HDS',
      ['LDS', 'RDS', 'CDS', 'EDS', 'ADS', 'HDS'],
      /Listener[\s\S]*Route[\s\S]*Cluster[\s\S]*Endpoint[\s\S]*one stream[\s\S]*Health/,
    ],
    ['002: the 502 of REGISTRY_ONLY', ['502'], /REGISTRY_ONLY/],
    [
      '003: ports of the sidecar',
      ['15000', '15001', '15006', '15020', '15021', '15053', '15090'],
      /admin[\s\S]*outbound[\s\S]*inbound[\s\S]*metrics[\s\S]*health[\s\S]*DNS[\s\S]*metrics/,
    ],
    [
      '003: ports of istiod',
      ['443', '8080', '15010', '15012', '15014', '15017'],
      /webhook[\s\S]*debug[\s\S]*plain ?text[\s\S]*TLS[\s\S]*metrics[\s\S]*webhook/i,
    ],
    [
      '003: what istio-init needs, and whose uid 1337 is',
      ['NET_ADMIN', 'NET_RAW', '1337'],
      /istio-init[\s\S]*istio-init[\s\S]*sidecar/,
    ],
  ] as const)('explain %s', async (_, words, wanted) => {
    const run = await meshctl(['explain', ...words])
    expect(run.code).toBe(0)
    expect(run.stdout.replace(/\s+/g, ' ')).toMatch(wanted)
  })

  test('003: the bare command line of istio-iptables in a sentence, computed', async () => {
    const sentence =
      readFileSync(page('ports'), 'utf8')
        .split('\n')
        .find(line => line.startsWith('因此`istio-iptables')) ?? ''
    expect(sentence).not.toBe('')
    const path = join(folder, 'line.txt')
    writeFileSync(path, `${sentence}\n`)
    const run = await meshctl(['iptables', '-f', path, '--expected'])
    expect(run.stdout.replace(/\s+/g, ' ')).toMatch(/Inbound TCP goes to the proxy \(port 15006\).*15020.*15021.*15090/)
  })
})
