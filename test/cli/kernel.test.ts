import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from '@jest/globals'
import {meshctl} from '../support/cli.js'
import {recordedRulesets} from '../support/netfilter-corpus.js'

const SAMPLE = ['--from', 'sample', '-n', 'demo'] as const
const ROOT = mkdtempSync(join(tmpdir(), 'meshctl-kernel-'))

function recordedFile(ruleset: string, name: string): string {
  return recordedRulesets()[ruleset]?.files[name] ?? ''
}

function written(name: string, text: string): string {
  const path = join(ROOT, name)
  writeFileSync(path, text)
  return path
}

afterAll(() => rmSync(ROOT, {recursive: true, force: true}))

describe('iptables', () => {
  test('from standard input: the answer stands in the first lines', async () => {
    const {code, stdout} = await meshctl(['iptables', '-f', '-', '-o', 'short'], {
      input: recordedFile('r14-dns', 'init.log'),
    })
    const [, , inbound, outbound, dns] = stdout.split('\n')
    expect(code).toBe(0)
    expect(inbound).toContain('TCP goes to the proxy (port 15006)')
    expect(outbound).toContain('TCP goes to the proxy (port 15001)')
    expect(dns).toContain('port 15053')
  })

  test('drift ends with 1, none with 0', async () => {
    const drifted = await meshctl(['iptables', 'deploy/sick-drift-v1', ...SAMPLE, '--drift'])
    expect(drifted.code).toBe(1)
    expect(drifted.stdout).toContain('inbound TCP (ports other than 15008, 15020, 15021, 15090) bypasses the sidecar')
    expect((await meshctl(['iptables', 'deploy/productpage-v1', ...SAMPLE, '--drift'])).code).toBe(0)
  })

  test('a refusal and a text without rules have different errors, both exit with 2', async () => {
    const refused = await meshctl(['iptables', '-f', '-'], {
      input:
        'iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n',
    })
    expect([refused.code, refused.stdout]).toEqual([2, ''])
    expect(refused.stderr).toContain('permission denied')
    expect(refused.stderr).toContain('kubectl debug')
    const nothing = await meshctl(['iptables', '-f', '-'], {input: 'hello world\n'})
    expect([nothing.code, nothing.stdout]).toEqual([2, ''])
    expect(nothing.stderr).toContain('no netfilter rules were recognised in standard input')
  })

  test('JSON holds rules, words and interception', async () => {
    const {stdout} = await meshctl([
      'iptables',
      '-f',
      written('r01.txt', recordedFile('r01-default', 'iptables-save.txt')),
      '-o',
      'json',
    ])
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'IptablesReport',
      interception: [{family: 'ip', mode: 'redirect'}],
      rulesets: [{family: 'ip', backend: 'nft'}],
    })
  })
})

describe('packet', () => {
  test('one packet: verdict first, then the rules', async () => {
    const {code, stdout} = await meshctl(['packet', 'deploy/productpage-v1', ...SAMPLE, '--out', 'tcp://reviews:9080'])
    expect(code).toBe(0)
    expect(stdout.split('\n')[0]).toMatch(
      /tcp \d+\.\d+\.\d+\.\d+:9080 sent by uid 1000 gid 1000: captured by the proxy$/,
    )
    expect(stdout).toContain('ip/nat/ISTIO_REDIRECT')
  })

  test('the usual packets as a table', async () => {
    const {stdout} = await meshctl([
      'packet',
      '-f',
      written('r56.txt', recordedFile('r56-tampered-extra-return', 'iptables-save.txt')),
      '--all',
    ])
    expect(stdout).toMatch(/^│ other services \(TCP\), port 443 +│ bypass +│ bypass +│ bypass +│$/m)
    expect(stdout).toMatch(/^│ other services \(TCP\) +│ proxy :15001 +│ proxy :15001 +│ bypass +│$/m)
  })

  test('a table of packets: one JSON line each, exit code 1 when one is not as expected', async () => {
    mkdirSync(join(ROOT, 'sets', 'plain'), {recursive: true})
    writeFileSync(join(ROOT, 'sets', 'plain', 'iptables-save.txt'), recordedFile('r01-default', 'iptables-save.txt'))
    const table = (port: number) =>
      written(
        `cases-${port}.json`,
        JSON.stringify({
          cases: [
            {id: 'a', ruleset: 'plain', packet: {dst: '10.96.0.80', dport: 80}, expect: {landed: {ns: 'pod', port}}},
            {id: 'b', ruleset: 'plain', packet: {dst: '10.96.0.80', dport: 80, uid: 1337}},
          ],
        }),
      )
    const argv = (port: number) => ['packet', '--cases', table(port), '--rulesets', join(ROOT, 'sets'), '-o', 'json']
    const good = await meshctl(argv(15001))
    expect(good.code).toBe(0)
    expect(
      good.stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).landed),
    ).toEqual([
      {ns: 'pod', port: 15001},
      {ns: 'peer', port: 80},
    ])
    expect((await meshctl(argv(15006))).code).toBe(1)
  })

  test.each([
    [['packet', '--out', 'tcp://10.0.0.1'], 'cannot read the packet'],
    [['packet', '--out', 'tcp://no.such.host:80'], 'no Services'],
    [['packet'], 'say which packet'],
    [['packet', '--out', 'tcp://10.0.0.1:80', '--mark', 'x'], 'cannot read the mark'],
  ])('%j is refused with what is wrong', async (argv, words) => {
    const {code, stderr} = await meshctl([
      ...argv,
      '-f',
      written('r01.txt', recordedFile('r01-default', 'iptables-save.txt')),
    ])
    expect(code).toBe(2)
    expect(stderr).toContain(words)
  })
})
