import {describe, expect, test} from '@jest/globals'
import {denialIn} from '../../../../src/formats/netfilter/denial.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {ruleKey} from '../../../../src/model/kernel/rule-key.js'
import type {Chain, Rule} from '../../../../src/model/kernel/ruleset.js'

function chain(text: string, name: string): Chain | undefined {
  return parseRules(text)
    .rulesets.flatMap(set => set.tables.flatMap(table => table.chains))
    .find(each => each.name === name)
}

function only(line: string): Rule {
  const rule = chain(`*nat\n:X - [0:0]\n${line}\nCOMMIT\n`, 'X')?.rules[0]
  if (rule === undefined) throw new Error(`no rule came of ${line}`)
  return rule
}

describe('one rule', () => {
  test.each([
    ['-A X -p tcp -m tcp --dport 22 -j RETURN', 'destination-port=22 protocol=tcp -> return'],
    ['-A X -p tcp --dport 22 -j RETURN', 'destination-port=22 protocol=tcp -> return'],
    ['-A X -p 6 --destination-port 22 -j RETURN', 'destination-port=22 protocol=tcp -> return'],
    ['-A X ! -d 127.0.0.1/32 -o lo -j X', '!destination=127.0.0.1 out-interface=lo -> jump X'],
    ['-A X -d ! 127.0.0.1 -o lo -j X', '!destination=127.0.0.1 out-interface=lo -> jump X'],
    ['-A X -d 10.1.2.3/255.255.0.0 -j RETURN', 'destination=10.1.0.0/16 -> return'],
    ['-A X -s 0.0.0.0/0 -p all -j ACCEPT', '-> accept'],
    ['-A X -p tcp -m multiport ! --dports 53,15008 -j RETURN', '!destination-port=53,15008 protocol=tcp -> return'],
    ['-A X -p tcp -m multiport --dports 80 -j RETURN', 'destination-port=80 protocol=tcp -> return'],
    ['-A X -p udp -m udp --sport 1024:65535 -j ACCEPT', 'protocol=udp source-port=1024:65535 -> accept'],
    ['-A X -m owner ! --gid-owner 2000 -m owner ! --gid-owner 2001 -j RETURN', '!gid=2000 !gid=2001 -> return'],
    ['-A X -m owner --uid-owner 1000-1999 -j RETURN', 'uid=1000:1999 -> return'],
    ['-A X -m mark --mark 1337 -j RETURN', 'mark=0x539/0xffffffff -> return'],
    ['-A X -m mark ! --mark 0x539/0xfff -j RETURN', '!mark=0x539/0xfff -> return'],
    [
      '-A X -m connmark --mark 0x111/0xfff -j CONNMARK --restore-mark',
      'connmark=0x111/0xfff -> restore-mark 0xffffffff 0xffffffff',
    ],
    ['-A X -j MARK --set-mark 1337', '-> set-mark 0x539/0xffffffff'],
    ['-A X -j MARK --set-xmark 0x539/0xffffffff', '-> set-mark 0x539/0xffffffff'],
    ['-A X -j MARK --or-mark 0x10', '-> set-mark 0x10/0x10'],
    ['-A X -j MARK --and-mark 0xff', '-> set-mark 0x0/0xffffff00'],
    ['-A X -j CONNMARK --save-mark', '-> save-mark 0xffffffff 0xffffffff'],
    ['-A X -m state --state RELATED,ESTABLISHED -j ACCEPT', 'ct-state=ESTABLISHED,RELATED -> accept'],
    ['-A X -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT', 'ct-state=ESTABLISHED,RELATED -> accept'],
    ['-A X -m addrtype --dst-type LOCAL -j Y', 'destination-type=LOCAL -> jump Y'],
    ['-A X -p tcp -j REDIRECT --to-port 15001', 'protocol=tcp -> redirect 15001'],
    [
      '-A X -p tcp -j TPROXY --on-port 15006 --on-ip 0.0.0.0 --tproxy-mark 0x539/0xffffffff',
      'protocol=tcp -> tproxy port=15006 mark=0x539/0xffffffff',
    ],
    [
      '-A X -p udp --dport 53 -j DNAT --to-destination 127.0.0.1:15053',
      'destination-port=53 protocol=udp -> dnat 127.0.0.1:15053',
    ],
    ['-A X -p udp -j SNAT --to-source :53', 'protocol=udp -> snat :53'],
    ['-A X -j MASQUERADE', '-> masquerade'],
    ['-A X -p udp --dport 53 -j CT --zone 2', 'destination-port=53 protocol=udp -> ct-zone 2'],
    ['-A X -p tcp -j REJECT --reject-with tcp-reset', 'protocol=tcp -> reject tcp-reset'],
    ['-A X -g KUBE-SEP', '-> goto KUBE-SEP'],
    ['-A X -p tcp', 'protocol=tcp -> count'],
    ['-A X -p tcp --syn -j ACCEPT', 'protocol=tcp tcp-flags=FIN,SYN,RST,ACK SYN -> accept'],
    ['-A X -m comment --comment "a \\"quoted\\" note" -j RETURN', '-> return'],
    ['-A X -p tcp -m tcp --dport 22 -c 5 300 -j RETURN', 'destination-port=22 protocol=tcp -> return'],
    ['–A X –p tcp ––dport 22 –j RETURN', 'destination-port=22 protocol=tcp -> return'],
  ])('%s', (line, key) => expect(ruleKey(only(line))).toBe(key))

  test('a comment is kept, counters are numbers', () => {
    const rule = only('[12:720] -A X -m comment --comment "istio/bypass" -j RETURN')
    expect(rule.comment).toBe('istio/bypass')
    expect(rule.counters).toEqual({packets: 12, bytes: 720})
  })

  test('what is not known stays, word for word', () => {
    const match = only('-A X -m geoip ! --source-country DE -p tcp -j RETURN')
    expect(match.conditions).toContainEqual({
      field: 'opaque',
      negated: false,
      values: ['-m geoip ! --source-country DE'],
    })
    expect(match.conditions).toContainEqual({field: 'protocol', negated: false, values: ['tcp']})
    expect(only('-A X -j TEE --gateway 10.0.0.1').actions).toEqual([
      {kind: 'opaque', text: '-j TEE --gateway 10.0.0.1'},
    ])
    expect(only('-A X -m set --match-set ips dst -j RETURN').conditions[0]?.field).toBe('dynamic')
    expect(only('-A X -m u32 --u32 "0>>22&0x3C@8=0x1" -j DROP').conditions[0]?.field).toBe('dynamic')
  })
})

const SAVE =
  '*nat\n:PREROUTING ACCEPT [0:0]\n:ISTIO_REDIRECT - [0:0]\n-A PREROUTING -p tcp -j ISTIO_REDIRECT\n-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001\nCOMMIT'

describe('what surrounds rules', () => {
  test.each([
    ['nothing', SAVE],
    ['an indentation', SAVE.replace(/^/gm, '    ')],
    ['tabs', SAVE.replace(/^/gm, '\t')],
    ['CRLF', SAVE.replaceAll('\n', '\r\n')],
    ['a markdown fence', `Here it is:\n\`\`\`sh\n${SAVE}\n\`\`\`\nand more text`],
    ['a prompt', `istio-proxy@pod:/$ sudo iptables-save\n${SAVE}\nistio-proxy@pod:/$ `],
    ['colours', SAVE.replaceAll('-A', '\u001b[1;32m-A\u001b[0m')],
    ['kubectl timestamps', SAVE.replace(/^/gm, '2026-11-20T19:17:56.041498Z ')],
    ['a zap prefix on its first line', `2026-11-20T19:17:56.041498Z\tinfo\t${SAVE}`],
    ['klog', SAVE.replace(/^/gm, 'I1120 19:17:56.041498       1 run.go:12] ')],
    ['a JSON log', JSON.stringify({level: 'info', time: 'now', msg: `Final iptables state (IPv4):\n${SAVE}\n`})],
    ['no-break spaces', SAVE.replaceAll(' -j', '\u00a0-j')],
    ['notes behind the rules', SAVE.replaceAll('15001', '15001\t// everything to 15001')],
  ])('%s does not matter', (_what, text) => {
    expect(chain(text, 'PREROUTING')?.rules.map(ruleKey)).toEqual(['protocol=tcp -> jump ISTIO_REDIRECT'])
    expect(chain(text, 'ISTIO_REDIRECT')?.rules.map(ruleKey)).toEqual(['protocol=tcp -> redirect 15001'])
  })

  test('a prompt names the table and the family of what follows', () => {
    const set = parseRules('$ ip6tables -t mangle -S\n-P OUTPUT ACCEPT\n-A OUTPUT -j RETURN\n').rulesets[0]
    expect(set).toMatchObject({family: 'ip6', tables: [{name: 'mangle'}]})
  })

  test('two saves in one paste are two rulesets', () => {
    const six = '# Generated by ip6tables-save v1.8.9 (nf_tables) on Fri\n*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n'
    const sets = parseRules(`# Generated by iptables-save v1.8.9 on Fri\n${SAVE}\n${six}`).rulesets
    expect(sets.map(({family, backend}) => [family, backend])).toEqual([
      ['ip', 'legacy'],
      ['ip6', 'nft'],
    ])
  })

  test('rules left out are not rules that are missing', () => {
    expect(chain('Chain ISTIO_INBOUND ()\n......\n', 'ISTIO_INBOUND')?.complete).toBe(false)
    expect(chain('* nat\n-N ISTIO_REDIRECT\n......\nCOMMIT\n', 'ISTIO_REDIRECT')?.complete).toBe(false)
  })

  test('of a log with the input and the state after it, the state counts', () => {
    const log = `Running iptables restore with: iptables-nft-restore and the following input:\n* nat\n-N OLD\n-A OUTPUT -j OLD\nCOMMIT\nFinal iptables state (IPv4):\n${SAVE}\n`
    expect(chain(log, 'OLD')).toBeUndefined()
    expect(chain(log, 'ISTIO_REDIRECT')?.rules).toHaveLength(1)
  })

  test('a shell trace is replayed', () => {
    const trace =
      '+ iptables -t nat -N ISTIO_REDIRECT\n+ iptables -t nat -A ISTIO_REDIRECT -p tcp -j REDIRECT --to-port 15001\n+ ip6tables -F INPUT\n+ iptables -t nat -I OUTPUT 1 -j ISTIO_REDIRECT\n'
    expect(chain(trace, 'ISTIO_REDIRECT')?.rules.map(ruleKey)).toEqual(['protocol=tcp -> redirect 15001'])
    expect(chain(trace, 'OUTPUT')?.rules.map(ruleKey)).toEqual(['-> jump ISTIO_REDIRECT'])
  })

  test('effective parameters are read beside the rules', () => {
    const {parameters} = parseRules('Istio config:\nPROXY_PORT=15001\nINBOUND_PORTS_INCLUDE=*\n\nSOMETHING=else\n')
    expect(parameters).toEqual({PROXY_PORT: '15001', INBOUND_PORTS_INCLUDE: '*'})
  })

  test('text without rules gives none', () => {
    for (const text of ['', '\0\0\0', '<html>403</html>', '{"nftables": [{"rule": ', 'hello'])
      expect(parseRules(text).rulesets).toEqual([])
  })
})

describe('refusals are recognised', () => {
  test.each([
    [
      'iptables-nft-save v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)',
      'no-privilege',
    ],
    ['Failed to list table names in /proc/net/ip_tables_names: Permission denied', 'no-privilege'],
    ["Fatal: can't open lock file /run/xtables.lock: Permission denied", 'no-privilege'],
    ['netlink: Error: cache initialization failed: Operation not permitted', 'no-privilege'],
    ['sudo: The "no new privileges" flag is set, which prevents sudo from running as root.', 'no-privilege'],
    ['nsenter: cannot open /proc/1/ns/net: Permission denied', 'no-privilege'],
    [
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "ss": executable file not found in $PATH: unknown',
      'no-tool',
    ],
    ['error: container not found ("istio-init")', 'no-container'],
  ])('%s', (line, reason) => expect(denialIn(line)).toEqual({reason, line}))

  test('a ruleset is not a refusal', () => expect(denialIn(SAVE)).toBeUndefined())
})
