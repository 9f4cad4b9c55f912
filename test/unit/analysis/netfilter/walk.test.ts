import {describe, expect, test} from '@jest/globals'
import {compileRules} from '../../../../src/analysis/netfilter/packet-walk/compile.js'
import {withDefaultNetwork} from '../../../../src/analysis/netfilter/packet-walk/default-network.js'
import {walkFlow} from '../../../../src/analysis/netfilter/packet-walk/flow-walk.js'
import {verdictOf} from '../../../../src/analysis/netfilter/packet-walk/verdict.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {formatIp, type IpAddress, parseIp} from '../../../../src/model/kernel/ip-address.js'
import type {Packet, Walk} from '../../../../src/model/kernel/packet.js'

function ip(text: string): IpAddress {
  const found = parseIp(text)
  if (found === undefined) throw new Error(text)
  return found
}

function save(table: string, ...rules: readonly string[]): string {
  const chains = [...new Set(rules.map(rule => rule.split(' ')[1] ?? ''))].filter(
    name => name !== name.toUpperCase() || name.includes('_') || name.length === 1,
  )
  return [
    `*${table}`,
    ...['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map(name => `:${name} ACCEPT [0:0]`),
    ...chains.map(name => `:${name} - [0:0]`),
    ...rules,
    'COMMIT',
    '',
  ].join('\n')
}

function walk(text: string, packet: Partial<Packet> & {to: string; port?: number}): Walk {
  const {rulesets} = parseRules(text)
  const {to, port = 80, ...rest} = packet
  const sender = rest.interface === undefined ? {uid: 1000, gid: 1000} : {}
  return walkFlow(compileRules(rulesets), withDefaultNetwork({}, rulesets), {
    protocol: 'tcp',
    destination: ip(to),
    destinationPort: port,
    ...sender,
    ...rest,
  })
}

function end(result: Walk): string {
  const {disposition: d} = result
  return d.kind === 'delivered' || d.kind === 'sent' ? `${d.kind} ${formatIp(d.address)} ${d.port}` : d.kind
}

const OUT = {to: '198.51.100.7'}

describe('verdicts (iptables(8), TARGETS)', () => {
  test.each([
    [
      'RETURN from a user chain goes back behind the jump',
      [
        '-A OUTPUT -p tcp -j A',
        '-A OUTPUT -p tcp -j REDIRECT --to-ports 2',
        '-A A -j RETURN',
        '-A A -p tcp -j REDIRECT --to-ports 1',
      ],
      'delivered 127.0.0.1 2',
    ],
    [
      'the end of a user chain is a RETURN',
      ['-A OUTPUT -j A', '-A OUTPUT -p tcp -j REDIRECT --to-ports 2', '-A A -p udp -j REDIRECT --to-ports 1'],
      'delivered 127.0.0.1 2',
    ],
    [
      'goto does not come back',
      ['-A OUTPUT -g A', '-A OUTPUT -p tcp -j REDIRECT --to-ports 2', '-A A -p udp -j ACCEPT'],
      'sent 198.51.100.7 80',
    ],
    [
      'RETURN from a base chain is the policy',
      ['-A OUTPUT -j RETURN', '-A OUTPUT -p tcp -j REDIRECT --to-ports 2'],
      'sent 198.51.100.7 80',
    ],
    [
      'ACCEPT ends the table',
      ['-A OUTPUT -j ACCEPT', '-A OUTPUT -p tcp -j REDIRECT --to-ports 2'],
      'sent 198.51.100.7 80',
    ],
    [
      'a rule without target goes on',
      ['-A OUTPUT -p tcp', '-A OUTPUT -p tcp -j REDIRECT --to-ports 2'],
      'delivered 127.0.0.1 2',
    ],
    [
      'an empty chain is nothing',
      ['-A OUTPUT -j A', '-A OUTPUT -p tcp -j REDIRECT --to-ports 2', '-A A -p udp'],
      'delivered 127.0.0.1 2',
    ],
    ['DROP', ['-A OUTPUT -j DROP'], 'dropped'],
    [
      'LOG goes on',
      ['-A OUTPUT -j LOG --log-prefix "x "', '-A OUTPUT -p tcp -j DNAT --to-destination 203.0.113.9:81'],
      'sent 203.0.113.9 81',
    ],
  ])('%s', (_what, rules, expected) => expect(end(walk(save('nat', ...rules), OUT))).toBe(expected))

  test('chains that jump in a circle are not walked for ever', () => {
    expect(end(walk(save('nat', '-A OUTPUT -j A', '-A A -j B', '-A B -j A'), OUT))).toBe('insufficient')
  })
})

describe('owners', () => {
  const text = save(
    'nat',
    '-A OUTPUT -m owner --gid-owner 1337 -j RETURN',
    '-A OUTPUT -m owner ! --uid-owner 7 -p tcp -j REDIRECT --to-ports 1',
  )
  test('uid and gid both count', () => {
    expect(end(walk(text, OUT))).toBe('delivered 127.0.0.1 1')
    expect(end(walk(text, {...OUT, gid: 1337}))).toBe('sent 198.51.100.7 80')
    expect(end(walk(text, {...OUT, uid: 7}))).toBe('sent 198.51.100.7 80')
  })

  test('a packet from outside has none, so no owner match fits it, negated or not', () => {
    const inbound = text.replaceAll('OUTPUT', 'PREROUTING')
    expect(end(walk(inbound, {to: '192.0.2.10', interface: 'eth0'}))).toBe('delivered 192.0.2.10 80')
  })
})

describe('what the rules alone do not decide', () => {
  test('is INSUFFICIENT when it matters, with the rule', () => {
    const result = walk(save('nat', '-A OUTPUT -p tcp -m set --match-set mesh dst -j REDIRECT --to-ports 15001'), OUT)
    expect(result.disposition).toMatchObject({
      kind: 'insufficient',
      reason: expect.stringContaining('--match-set mesh dst'),
    })
  })

  test('is no matter when both ways end alike', () => {
    const result = walk(
      save('nat', '-A OUTPUT -p tcp -m geoip --source-country DE -j RETURN', '-A OUTPUT -p udp -j DROP'),
      OUT,
    )
    expect(end(result)).toBe('sent 198.51.100.7 80')
    expect(result.notes.join()).toContain('both outcomes are the same')
  })

  test('is no matter when the rest of the rule does not fit', () => {
    const result = walk(save('nat', '-A OUTPUT -p udp -m geoip --source-country DE -j DROP'), OUT)
    expect(result.notes).toEqual([])
  })

  test('a target that is not understood decides nothing', () => {
    expect(end(walk(save('nat', '-A OUTPUT -p tcp -j TEE --gateway 1.2.3.4'), OUT))).toBe('insufficient')
    expect(end(walk(save('nat', '-A OUTPUT -p tcp -j NOWHERE'), OUT))).toBe('insufficient')
    expect(end(walk('*nat\n:OUTPUT ACCEPT\n......\nCOMMIT', OUT))).toBe('insufficient')
  })
})

describe('tables of one hook', () => {
  test('filter sees the port that nat wrote', () => {
    const nat = save('nat', '-A PREROUTING -p tcp --dport 9090 -j REDIRECT --to-ports 15006')
    const to = {to: '192.0.2.10', port: 9090, interface: 'eth0'}
    expect(end(walk(nat + save('filter', '-A INPUT -p tcp --dport 9090 -j DROP'), to))).toBe(
      'delivered 192.0.2.10 15006',
    )
    expect(end(walk(nat + save('filter', '-A INPUT -p tcp --dport 15006 -j REJECT'), to))).toBe('refused')
  })

  test('nat is not asked for a known connection', () => {
    const nat = save('nat', '-A OUTPUT -p tcp -j REDIRECT --to-ports 15001')
    expect(end(walk(nat, {...OUT, state: 'ESTABLISHED'}))).toBe('sent 198.51.100.7 80')
  })

  test('nat PREROUTING is not asked again on the way back in through lo, mangle is', () => {
    const text =
      save('nat', '-A PREROUTING -p tcp -j REDIRECT --to-ports 1') +
      save('mangle', '-A PREROUTING -i lo -p tcp -j MARK --set-mark 9')
    const result = walk(text, {to: '192.0.2.10'})
    expect(end(result)).toBe('delivered 192.0.2.10 80')
    expect(result.mark).toBe(9)
  })

  test('untracked packets are not translated', () => {
    const text =
      save('raw', '-A OUTPUT -p tcp -j CT --notrack') + save('nat', '-A OUTPUT -p tcp -j REDIRECT --to-ports 1')
    expect(end(walk(text, OUT))).toBe('sent 198.51.100.7 80')
  })
})

describe('verdicts in a word', () => {
  const rules = save('nat', '-A OUTPUT -p tcp --dport 443 -j RETURN', '-A OUTPUT -p tcp -j REDIRECT --to-ports 15001')
  test.each([
    ['captured', {...OUT}],
    ['escapes', {...OUT, port: 443}],
    ['direct', {to: '192.0.2.10', interface: 'eth0'}],
    ['loops', {...OUT, uid: 1337}],
  ] as const)('%s', (verdict, packet) => {
    expect(verdictOf(walk(rules, packet), {fromProxy: 'uid' in packet, outboundPort: 15001})).toBe(verdict)
  })
})
