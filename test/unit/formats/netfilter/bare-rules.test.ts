import {describe, expect, test} from '@jest/globals'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {TABLE_ASSUMED} from '../../../../src/model/kernel/ruleset.js'

const tables = (...lines: readonly string[]) =>
  parseRules(lines.join('\n')).rulesets.flatMap(set =>
    set.tables.map(
      table =>
        `${table.family} ${table.name}: ${table.chains.map(chain => `${chain.name} ${chain.rules.length}`).join(', ')}`,
    ),
  )

describe('rules that do not name their table', () => {
  test('only nat knows REDIRECT, also when no other chain says so', () => {
    expect(tables('-A PREROUTING -j X', '-A OUTPUT -j Y', '-A X -p tcp -j REDIRECT --to-ports 1')).toEqual([
      'ip nat: PREROUTING 1, OUTPUT 1, X 1',
    ])
  })
  test.each([
    ['-A OUTPUT -j CT --zone 1', 'raw'],
    ['-A PREROUTING -p tcp -j TPROXY --on-port 15006', 'mangle'],
    ['-A INPUT -j REJECT', 'filter'],
    ['-A PREROUTING -j DNAT --to-destination 10.0.0.1', 'nat'],
  ])('%s', (line, table) => {
    expect(tables(line)[0]).toContain(`ip ${table}: `)
  })
  test('rules of two consecutive tables are distinguished', () => {
    expect(
      tables(
        '-A OUTPUT -p udp -j CT --zone 1',
        '-A OUTPUT -p tcp -j ISTIO_OUTPUT',
        '-A ISTIO_OUTPUT -j ISTIO_REDIRECT',
        '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
      ),
    ).toEqual(['ip raw: OUTPUT 1', 'ip nat: OUTPUT 1, ISTIO_OUTPUT 1, ISTIO_REDIRECT 1'])
  })
  test('where nothing tells, the table is assumed and says so', () => {
    const {rulesets} = parseRules('-A PREROUTING -p tcp -j X\n-A X -j ACCEPT')
    expect(rulesets[0]?.losses).toContain(TABLE_ASSUMED)
  })
  test.each([
    ['-A OUTPUT -d fd00::/8 -j REDIRECT --to-ports 1'],
    ['-A OUTPUT -p tcp -j DNAT --to-destination [fd00::1]:80'],
    ['-A INPUT -p ipv6-icmp -j ACCEPT'],
    ['-A INPUT -j REJECT --reject-with icmp6-port-unreachable'],
  ])('%s is IPv6', line => {
    expect(tables(line)[0]).toMatch(/^ip6 /)
  })
})

describe('logs of several pods or runs', () => {
  const restore = (port: number) => [
    '* nat',
    '-N X',
    '-A OUTPUT -j X',
    `-A X -p tcp -j REDIRECT --to-ports ${port}`,
    'COMMIT',
  ]
  const ports = (text: string) => {
    const {rulesets, warnings} = parseRules(text)
    const actions = rulesets.flatMap(set =>
      set.tables.flatMap(table => table.chains.flatMap(({rules}) => rules.flatMap(rule => rule.actions))),
    )
    return {
      ports: actions.flatMap(action => (action.kind === 'redirect' ? [action.ports] : [])),
      said: warnings.map(({message}) => message).join(),
    }
  }
  test('chains that are made twice are another run, and not more rules', () => {
    expect(ports([...restore(1), 'next', ...restore(2)].join('\n'))).toMatchObject({
      ports: ['2'],
      said: expect.stringContaining('several runs'),
    })
  })
  test('a second input that only adds to the chains belongs to the first', () => {
    const more = ['* nat', '-A X -p tcp -j REDIRECT --to-ports 2', 'COMMIT']
    expect(ports([...restore(1), 'next', ...more].join('\n'))).toEqual({ports: ['1', '2'], said: ''})
  })
  test('two pods, one line of this and one of that', () => {
    const mixed = restore(1).flatMap((line, index) => [
      `web-0 istio-init ${line}`,
      `web-1 istio-init ${restore(2)[index]}`,
    ])
    expect(ports(mixed.join('\n'))).toMatchObject({
      ports: ['1'],
      said: expect.stringContaining('only the rules of web-0 are shown'),
    })
  })
})
