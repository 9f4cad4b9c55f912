import {afterEach, describe, expect, jest, test} from '@jest/globals'
import type {EvidenceId} from '../../../../src/model/evidence/evidence.js'
import {type FakeContainer, fakeContainer} from '../../../support/fake-container.js'
import {timersLeft} from '../../../support/live-timers.js'
import {recordedStream} from '../../../support/recorded-wire.js'
import {type ClusterScript, printed, type ScriptedCluster, scriptedCluster} from '../../../support/scripted-cluster.js'
import {bytesOf, gapOf, POD, POD_PATH, pod} from '../../../support/sleep-pod.js'

const RULES = [
  'net.iptables.nft',
  'net.iptables.legacy',
  'net.ip6tables.nft',
  'net.ip6tables.legacy',
  'net.nft',
] as const
const STATE = ['net.ip-rule', 'net.ip-route', 'net.ip-addr', 'net.sockets'] as const
const SAVERS = ['iptables-nft-save', 'iptables-legacy-save', 'ip6tables-nft-save', 'ip6tables-legacy-save', 'nft']
const DENIED = `echo "$0: Permission denied (you must be root)" >&2; exit 4`

/** Programs that tell their own name and words. */
function telling(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map(name => [name, `echo "${name} $*"`]))
}

/** A refusal as an API server writes it. */
function refusedWith(code: number, reason: string, message: string) {
  const body = JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  })
  return {status: code, headers: {'content-type': 'application/json'}, body}
}

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  jest.restoreAllMocks()
  for (const close of closing.splice(0)) await close()
  expect(await timersLeft()).toBe(0)
})

async function clusterOf(exec: ClusterScript['exec']): Promise<ScriptedCluster> {
  const get = (path: string) =>
    path === POD_PATH ? {body: pod({containers: [{name: 'istio-proxy'}], init: []})} : undefined
  const cluster = await scriptedCluster({get, ...(exec === undefined ? {} : {exec})})
  closing.push(cluster.close)
  return cluster
}

async function inContainer(
  programs: Readonly<Record<string, string>>,
  settings: {shell?: boolean} = {},
): Promise<{source: ScriptedCluster['source']; container: FakeContainer}> {
  const container = fakeContainer(programs, settings)
  closing.push(container.remove)
  return {source: (await clusterOf(container.exec)).source, container}
}

/** Asks for evidence at the same time, as reports do. */
async function together(source: ScriptedCluster['source'], ids: readonly EvidenceId[]) {
  return await Promise.all(ids.map(id => source.evidence(id, POD)))
}

describe('commands of one container', () => {
  test('rules in one exec, addresses, routes and sockets in another: each answer is its own', async () => {
    const {source, container} = await inContainer(telling([...SAVERS, 'ip', 'ss']))
    const answers = await together(source, [...RULES, ...STATE])
    expect(answers.map(bytesOf)).toEqual([
      'iptables-nft-save -c\n',
      'iptables-legacy-save -c\n',
      'ip6tables-nft-save -c\n',
      'ip6tables-legacy-save -c\n',
      'nft list ruleset\n',
      'ip rule\n',
      'ip route show table all\n',
      'ip -j addr\n',
      'ss -Hlntup\n',
    ])
    expect(container.ran).toEqual(['sh', 'sh'])
  })

  test('an `ip` without -j, such as that of BusyBox, is asked for its text', async () => {
    const {source} = await inContainer({ip: 'case "$1" in -j) echo "Usage: ip" >&2; exit 1;; *) echo "ip $*";; esac'})
    const [, , addresses] = await together(source, STATE)
    expect(addresses).toMatchObject({ok: true, value: {provenance: {argv: ['ip', 'addr']}}})
  })

  test('what fails fails alone: a program that is missing, one that is denied, one that breaks', async () => {
    const {source, container} = await inContainer({
      ...telling(['iptables-save', 'ip6tables-legacy-save']),
      'iptables-legacy-save': DENIED,
      nft: 'echo "netlink: no buffer space" >&2; exit 1',
    })
    const [nft4, legacy4, nft6, legacy6, native] = await together(source, RULES)
    expect(container.ran).toEqual(['sh'])
    expect(nft4).toMatchObject({ok: true, value: {provenance: {argv: ['iptables-save', '-c']}}})
    expect(legacy6?.ok).toBe(true)
    expect([legacy4, nft6, native].map(each => each?.ok === false && each.gap.reason)).toEqual([
      'no-privilege',
      'no-tool',
      'failed',
    ])
    expect(native?.ok === false && native.gap.detail).toBe('istio-proxy: nft list ruleset: netlink: no buffer space')
  })

  test('all denied: each gap has the words of its own command', async () => {
    const {source, container} = await inContainer(Object.fromEntries(SAVERS.map(name => [name, DENIED])))
    const gaps = (await together(source, RULES)).map(gapOf)
    expect(container.ran).toEqual(['sh'])
    for (const [place, gap] of gaps.entries()) {
      expect(gap.reason).toBe('no-privilege')
      expect(gap.detail).toMatch(new RegExp(`^istio-proxy: ${SAVERS[place]} .*${SAVERS[place]}: Permission denied`))
    }
  })

  test('the cap of one piece is its own: the others are answered', async () => {
    const flood =
      'i=0; x=0123456789abcdef; while [ $i -lt 14 ]; do x=$x$x; i=$((i+1)); done; i=0; while [ $i -lt 68 ]; do echo "$x"; i=$((i+1)); done'
    const {source, container} = await inContainer({...telling(SAVERS), nft: flood})
    const answers = await together(source, RULES)
    expect(answers.map(each => (each.ok ? 'answered' : each.gap.reason))).toEqual([
      ...RULES.slice(0, 4).map(() => 'answered'),
      'too-large',
    ])
    expect(container.ran).toEqual(['sh'])
  })

  test('an answer is given once: asking again runs the commands again', async () => {
    const {source, container} = await inContainer(telling(SAVERS))
    await source.evidence('net.nft', POD)
    await source.evidence('net.nft', POD)
    expect(container.ran).toEqual(['sh', 'sh'])
  })

  test('an answer that was not asked for in time is not given later, when it would be old', async () => {
    const {source, container} = await inContainer(telling(SAVERS))
    await source.evidence('net.nft', POD)
    const now = Date.now()
    jest.spyOn(Date, 'now').mockReturnValue(now + 60_000)
    expect((await source.evidence('net.iptables.nft', POD)).ok).toBe(true)
    expect(container.ran).toEqual(['sh', 'sh'])
  })

  test('nor where no batch runs any more: the command runs alone', async () => {
    let shell = true
    const container = fakeContainer(telling(SAVERS))
    closing.push(container.remove)
    const {source} = await clusterOf((name, argv) =>
      shell || argv[0] !== 'sh' ? container.exec(name, argv) : recordedStream('exec-v5-no-binary'),
    )
    await source.evidence('net.nft', POD)
    shell = false
    const now = Date.now()
    jest.spyOn(Date, 'now').mockReturnValue(now + 60_000)
    expect(bytesOf(await source.evidence('net.iptables.nft', POD))).toBe('iptables-nft-save -c\n')
    expect(container.ran).toEqual(['sh', 'iptables-nft-save'])
  })
})

describe('a container in which no batch can run', () => {
  test('without a shell each command runs alone, and a program that is missing is asked for once', async () => {
    const {source, container} = await inContainer(telling(['iptables-nft-save', 'ip6tables-save']), {shell: false})
    const answers = []
    for (const id of [...RULES, 'net.ip-rule', 'net.ip-route', 'net.sockets', 'net.proc'] as const)
      answers.push(await source.evidence(id, POD))
    expect(answers.map(each => (each.ok ? 'answered' : each.gap.reason))).toEqual([
      'answered',
      'no-tool',
      'answered',
      ...Array.from({length: 6}, () => 'no-tool'),
    ])
    expect(container.ran).toEqual([
      'sh',
      'iptables-nft-save',
      'iptables-legacy-save',
      'ip6tables-nft-save',
      'ip6tables-save',
      'ip6tables-legacy-save',
      'nft',
      'ip',
      'ss',
      'netstat',
      'cat',
    ])
  })

  test('denied once, the other commands that need the privilege are not run: every gap tells why', async () => {
    const ran: string[] = []
    const {source} = await clusterOf((_container, argv) => {
      ran.push(argv[0] ?? '')
      return recordedStream(argv[0] === 'sh' ? 'exec-v5-no-binary' : 'exec-v5-iptables-denied')
    })
    const gaps = (await together(source, RULES)).map(gapOf)
    expect(ran).toEqual(['sh', 'iptables-nft-save'])
    expect(gaps.map(({reason}) => reason)).toEqual(RULES.map(() => 'no-privilege'))
    expect(gaps[0]?.detail).toMatch(/^istio-proxy: iptables-nft-save -c: iptables-save .*Permission denied/)
    for (const gap of gaps.slice(1))
      expect(gap.detail).toMatch(
        /not tried, since iptables-nft-save was denied: .*Permission denied \(you must be root\)/,
      )
  })

  test.each([
    ['prints something else', printed('welcome to the jungle\n')],
    ['prints more than its parts', printed('0 1\n.\n0\n\nand more')],
    [
      'is refused by a policy',
      refusedWith(403, 'Forbidden', 'admission webhook "exec.example" denied the request: no shells'),
    ],
    ['breaks', refusedWith(500, 'InternalError', 'Internal error occurred: etcdserver: leader changed')],
  ])('a shell that %s is not believed, and not asked again', async (_name, answer) => {
    const ran: string[] = []
    const {source} = await clusterOf((_container, argv) => {
      ran.push(argv[0] ?? '')
      return argv[0] === 'sh' ? answer : printed(argv.join(' '))
    })
    expect((await together(source, ['net.nft', 'net.ip-rule'])).map(bytesOf)).toEqual(['nft list ruleset', 'ip rule'])
    await source.evidence('net.ip-addr', POD)
    expect(ran.toSorted()).toEqual(['ip', 'ip', 'nft', ...ran.filter(each => each === 'sh')])
  })

  test('a user who may run nothing in pods is told so at once', async () => {
    let asked = 0
    const {source} = await clusterOf(() => {
      asked += 1
      return recordedStream('exec-forbidden')
    })
    expect((await together(source, RULES)).map(each => gapOf(each).reason)).toEqual(RULES.map(() => 'forbidden'))
    // Once as a WebSocket, once as SPDY, which a role may grant alone.
    expect(asked).toBe(2)
  })
})
