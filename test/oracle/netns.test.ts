import {spawn, spawnSync} from 'node:child_process'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {UserError} from '../../src/model/evidence/user-error.js'
import {countersReport} from '../../src/reports/iptables/counters-report.js'
import {run} from '../../src/sources/host/run.js'
import {netnsSource} from '../../src/sources/netns/source.js'
import {skipUnless} from '../support/skip-unless.js'

const NAME = `meshctl-test-${process.pid}`
const POD = {namespace: '', name: NAME}

function sh(...argv: string[]): number | null {
  const [program = '', ...args] = argv
  return spawnSync(program, args, {stdio: 'ignore'}).status
}

const CAN = process.getuid?.() === 0 && sh('ip', 'netns', 'add', NAME) === 0
const HAS_IPTABLES = CAN && sh('ip', 'netns', 'exec', NAME, 'iptables-nft-save') === 0
const {test: nsTest} = skipUnless(CAN, 'root and ip netns')
const {test: rulesTest} = skipUnless(HAS_IPTABLES, 'root, ip netns and iptables')

describe('a network namespace as a source', () => {
  beforeAll(() => {
    if (!CAN) return
    sh('ip', 'netns', 'exec', NAME, 'ip', 'link', 'set', 'lo', 'up')
    if (HAS_IPTABLES)
      sh(
        'ip',
        'netns',
        'exec',
        NAME,
        'iptables-nft',
        '-t',
        'nat',
        '-A',
        'OUTPUT',
        '-p',
        'tcp',
        '--dport',
        '80',
        '-j',
        'REDIRECT',
        '--to-ports',
        '15001',
      )
  })
  afterAll(() => {
    if (CAN) sh('ip', 'netns', 'del', NAME)
  })

  rulesTest('reads the rules the kernel holds there', async () => {
    const answer = await netnsSource(NAME, 15000).evidence('net.iptables.nft', POD)
    expect(answer.ok && Buffer.from(answer.value.bytes).toString()).toContain('--dport 80 -j REDIRECT --to-ports 15001')
  })

  rulesTest('counters: shows the rule a packet met between two reads, and nothing is zeroed', async () => {
    const source = netnsSource(NAME, 15000)
    let reads = 0
    // The packet is sent right before the second read, so that no clock decides.
    const between: typeof source = {
      ...source,
      evidence: async (id, pod) => {
        if (id === 'net.iptables.nft' && reads++ === 1)
          sh('ip', 'netns', 'exec', NAME, 'bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/80')
        return await source.evidence(id, pod)
      },
    }
    const report = await countersReport(between, POD, 1)
    const [moved] = report.moved
    expect(report.moved.length).toBe(1)
    expect(moved).toMatchObject({at: 'ip/nat/OUTPUT', rule: 1, packets: 1})
    const again = await countersReport(source, POD, 1)
    expect(again.moved).toEqual([])
  })

  nsTest('lists what runs there, but not the commands of meshctl itself', async () => {
    const inside = ['ip', 'netns', 'exec', NAME]
    const resident = spawn('ip', [...inside.slice(1), 'sleep', '611'])
    const stop = new AbortController()
    const own = run([...inside, 'sh', '-c', 'sleep 612; true'], 1000, {signal: stop.signal})
    try {
      const pids = () => spawnSync('ip', ['netns', 'pids', NAME]).stdout.toString().trim().split('\n')
      // The resident, and meshctl's shell with the program it waits for.
      for (let looks = 0; looks < 500 && pids().length < 3; looks++)
        await new Promise(resolve => setTimeout(resolve, 10))
      expect(pids().length).toBe(3)
      const answer = await netnsSource(NAME, 15000).evidence('net.processes', POD)
      const text = answer.ok ? Buffer.from(answer.value.bytes).toString() : ''
      expect(text).toContain('sleep 611')
      expect(text).not.toContain('sleep 612')
    } finally {
      stop.abort()
      resident.kill('SIGKILL')
      await own
      for (const pid of spawnSync('ip', ['netns', 'pids', NAME]).stdout.toString().trim().split('\n'))
        if (/^\d+$/.test(pid)) sh('kill', '-9', pid)
    }
  })

  nsTest('reads its sockets and addresses', async () => {
    const source = netnsSource(NAME, 15000)
    expect((await source.evidence('net.sockets', POD)).ok).toBe(true)
    const addresses = await source.evidence('net.ip-addr', POD)
    expect(addresses.ok && Buffer.from(addresses.value.bytes).toString()).toContain('127.0.0.1')
  })

  nsTest('a proxy that does not answer is a gap, Kubernetes objects do not apply', async () => {
    const source = netnsSource(NAME, 15000)
    const admin = await source.evidence('envoy.server_info', POD)
    expect(!admin.ok && admin.gap).toMatchObject({
      reason: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    })
    const services = await source.objects({kind: 'Service'})
    expect(!services.ok && services.gap.reason).toBe('not-applicable')
    // The pod is what its processes show; the namespace has none.
    expect((await source.objects({kind: 'Pod'})).ok).toBe(false)
  })

  nsTest('asks the admin page from inside', async () => {
    const server = "require('http').createServer((q,s)=>s.end(q.url)).listen(15000,'127.0.0.1',()=>console.log('up'))"
    const {spawn} = await import('node:child_process')
    const child = spawn('ip', ['netns', 'exec', NAME, process.execPath, '-e', server])
    try {
      await new Promise(resolve => child.stdout.once('data', resolve))
      const answer = await netnsSource(NAME, 15000).evidence('envoy.clusters', POD)
      expect(answer.ok && Buffer.from(answer.value.bytes).toString()).toBe('/clusters?format=json')
    } finally {
      child.kill('SIGKILL')
    }
  })

  test.each(['nope', '999999999'])('no such namespace %s', name => {
    expect(() => netnsSource(name, 15000)).toThrow(/network namespace .* not found/)
  })

  test.each(['../../etc/passwd', '', 'a b', '$(id)', '..'])('%j is not a name', name => {
    expect(() => netnsSource(name, 15000)).toThrow(UserError)
  })
})
