import {describe, expect, test} from '@jest/globals'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'

const conditions = (text: string) =>
  parseRules(text).rulesets.flatMap(({tables}) =>
    tables.flatMap(({chains}) =>
      chains.flatMap(({rules}) =>
        rules.map(rule =>
          rule.conditions.map(({field, negated, values}) => `${negated ? '!' : ''}${field}=${values.join(',')}`),
        ),
      ),
    ),
  )
const table = (...lines: readonly string[]) => `table ip t {\n${lines.join('\n')}\n}`

describe('named sets of nft whose elements are in the text', () => {
  test.each([
    ['one line', 'set p { type inet_service; elements = { 80, 8080-8090 } }'],
    ['a block', 'set p {\n type inet_service\n flags interval\n elements = { 80, 8080-8090 }\n }'],
    ['several lines', 'set p {\n type inet_service\n elements = { 80,\n 8080-8090 }\n }'],
    [
      'with counters and comments',
      'set p {\n type inet_service\n elements = { 80 counter packets 1 bytes 60, 8080-8090 comment "a, b" }\n }',
    ],
  ])('%s', (_, set) => {
    expect(conditions(table(set, 'chain c {', 'tcp dport @p return', 'tcp dport != @p accept', '}'))).toEqual([
      ['protocol=tcp', 'destination-port=80,8080:8090'],
      ['protocol=tcp', '!destination-port=80,8080:8090'],
    ])
  })

  test('addresses', () => {
    expect(
      conditions(
        table(
          'set a { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.0.2.1 } }',
          'chain c {',
          'ip daddr @a return',
          '}',
        ),
      ),
    ).toEqual([['destination=10.0.0.0/8,192.0.2.1']])
  })

  test.each([
    ['a set without elements', 'set p { type inet_service; }'],
    ['pairs', 'set p { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 80 } }'],
    ['another name', 'set q { type inet_service; elements = { 80 } }'],
  ])('%s leaves the match undecided', (_, set) => {
    expect(conditions(table(set, 'chain c {', 'tcp dport @p return', '}'))).toEqual([['dynamic=tcp dport @p']])
  })

  test('in a script', () => {
    const script =
      'add table ip t\nadd set ip t p { type inet_service; }\nadd element ip t p { 80, 81 }\nadd chain ip t c\nadd rule ip t c tcp dport @p return'
    expect(conditions(script)).toEqual([['protocol=tcp', 'destination-port=80,81']])
  })

  test('in JSON', () => {
    const items = [
      {table: {family: 'ip', name: 't'}},
      {
        set: {
          family: 'ip',
          table: 't',
          name: 'p',
          type: 'inet_service',
          elem: [80, {range: [8080, 8090]}, {elem: {val: 90, comment: 'x'}}],
        },
      },
      {chain: {family: 'ip', table: 't', name: 'c'}},
      {
        rule: {
          family: 'ip',
          table: 't',
          chain: 'c',
          expr: [{match: {op: '==', left: {payload: {protocol: 'tcp', field: 'dport'}}, right: '@p'}}, {return: null}],
        },
      },
    ]
    expect(conditions(JSON.stringify({nftables: items}))).toEqual([
      ['protocol=tcp', 'destination-port=80,8080:8090,90'],
    ])
  })
})

describe('sets of ipset beside rules of iptables', () => {
  const rules =
    '*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -m set --match-set s dst -j RETURN\n-A OUTPUT -m set ! --match-set s src -j RETURN\nCOMMIT\n'
  const known = [['protocol=tcp', 'destination=10.0.0.1,10.1.0.0/16'], ['!source=10.0.0.1,10.1.0.0/16']]
  test('ipset save', () => {
    expect(
      conditions(`${rules}create s hash:net family inet hashsize 1024\nadd s 10.0.0.1\nadd s 10.1.0.0/16\n`),
    ).toEqual(known)
  })
  test('ipset list', () => {
    expect(
      conditions(`${rules}Name: s\nType: hash:net\nRevision: 7\nMembers:\n10.0.0.1\n10.1.0.0/16 timeout 5\n`),
    ).toEqual(known)
  })
  test.each([
    ['not there', ''],
    ['of pairs', 'create s hash:ip,port family inet\nadd s 10.0.0.1,tcp:80\n'],
  ])('a set that is %s stays undecided', (_, text) => {
    expect(conditions(rules + text)[0]?.[1]).toMatch(/^dynamic=/)
  })
})
