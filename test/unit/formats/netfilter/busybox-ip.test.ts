import {describe, expect, test} from '@jest/globals'
import {parseIpAddresses, parseIpRoutes, parseIpRules} from '../../../../src/formats/netfilter/ip-facts.js'
import {formatIp} from '../../../../src/model/kernel/ip-address.js'

/** A session in a pod with BusyBox: its `ip` has no --json, and people paste all they asked in one piece. */
const SESSION = `/ # ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
3: eth0@if20: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1450 qdisc noqueue\u0020
    link/ether ee:12:34:56:78:9a brd ff:ff:ff:ff:ff:ff
    inet 10.42.0.13/24 brd 10.42.0.255 scope global eth0
       valid_lft forever preferred_lft forever
    inet6 fe80::ec12:34ff:fe56:789a/64 scope link\u0020
/ # ip rule
0:	from all lookup local\u0020
32765:	from all fwmark 0x539 lookup 133\u0020
32766:	from all lookup main\u0020
/ # ip route show table 133
local default dev lo  scope host\u0020
/ # ip route
default via 10.42.0.1 dev eth0\u0020
10.42.0.0/24 dev eth0 scope link  src 10.42.0.13\u0020
`

describe('ip of BusyBox, all in one paste', () => {
  test('policy rules are not interfaces', () => {
    expect(parseIpAddresses(SESSION).map(({name, addresses}) => [name, addresses.map(formatIp)])).toEqual([
      ['lo', ['127.0.0.1']],
      ['eth0', ['10.42.0.13', 'fe80::ec12:34ff:fe56:789a']],
    ])
  })

  test('routes of one table have the table that the command names', () => {
    expect(parseIpRoutes(SESSION).map(({kind, table, device}) => [kind, table, device])).toEqual([
      ['local', '133', 'lo'],
      ['unicast', 'main', 'eth0'],
      ['unicast', 'main', 'eth0'],
    ])
  })

  test('policy rules', () => {
    expect(parseIpRules(SESSION).map(({priority, table, mark}) => [priority, table, mark?.value])).toEqual([
      [0, 'local', undefined],
      [32_765, '133', 0x539],
      [32_766, 'main', undefined],
    ])
  })
})
