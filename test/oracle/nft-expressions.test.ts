import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {compileRules} from '../../src/analysis/netfilter/packet-walk/compile.js'
import {withDefaultNetwork} from '../../src/analysis/netfilter/packet-walk/default-network.js'
import {walkFlow} from '../../src/analysis/netfilter/packet-walk/flow-walk.js'
import {parseIpAddresses, parseIpRoutes, parseIpRules} from '../../src/formats/netfilter/ip-facts.js'
import {parseRules} from '../../src/formats/netfilter/parse-rules.js'
import {parseIp} from '../../src/model/kernel/ip-address.js'
import {buildTopology, canBuildTopology, type NetnsTopology, type ToSend} from '../support/netns-topology.js'
import {skipUnless} from '../support/skip-unless.js'

const CAN = canBuildTopology()
const {test: kernelTest} = skipUnless(CAN, 'root and a kernel with network namespaces, iptables and nft')

/** Rules about new connections in a chain at hook output, as firewalld, Docker, kube-proxy, Calico and people write them (nft(8)). */
const RULES = [
  'tcp flags syn / fin,syn,rst,ack reject with tcp reset',
  'tcp flags & (fin | syn | rst | ack) == syn reject with tcp reset',
  'tcp flags & (fin | syn | rst | ack) != syn reject with tcp reset',
  'tcp flags syn reject with tcp reset',
  'tcp flags ack reject with tcp reset',
  'tcp flags ! ack ip daddr 198.51.100.7 reject',
  'tcp flags { syn, syn | ack } reject with tcp reset',
  'tcp flags == syn reject with tcp reset',
  'ct state vmap { established : accept, related : accept, invalid : drop, new : jump refuse }',
  'oifname vmap { "lo" : accept, "eth0" : jump refuse }',
  'tcp dport vmap { 80 : jump refuse, 443 : accept, 8000-8100 : goto refuse }',
  'ip daddr vmap { 198.51.100.0/26 : jump refuse, 127.0.0.0/8 : accept }',
  'meta l4proto vmap { tcp : jump refuse, udp : accept }',
  'tcp dport 80 log prefix "accept: " level info reject',
  'log prefix "drop" tcp dport 443 reject with tcp reset',
  'ip daddr 198.51.100.1-198.51.100.9 reject',
  'ip daddr { 198.51.100.1-198.51.100.9, 203.0.113.0/24 } reject',
  'ip daddr != { 198.51.100.1-198.51.100.9, 127.0.0.1 } reject',
  'tcp dport > 1024 reject',
  'tcp dport < 443 reject',
  'tcp dport <= 443 reject',
  'tcp dport >= 443 reject',
  'icmpv6 type { nd-neighbor-solicit, nd-router-advert } reject',
  'icmp type echo-request reject',
  'update @seen { ip daddr } tcp dport 80 reject',
  'tcp dport 80 counter name "c1" reject',
  'meta priority set 1:2 tcp dport 80 reject',
  'tcp flags syn tcp option maxseg size set rt mtu',
  'ip daddr . tcp dport { 198.51.100.7 . 80, 10.50.0.1 . 443 } reject',
  'ip daddr . tcp dport @pairs reject with tcp reset',
  'ip daddr . meta l4proto . th dport vmap @verdicts',
  'ip daddr . tcp dport vmap { 198.51.100.7 . 80 : jump refuse, 127.0.0.1 . 80 : accept }',
  'meta skuid . tcp dport { 1337 . 443 } reject',
  'numgen random mod 1 vmap { 0 : jump refuse }',
  'ct state & (new | established) == new ip daddr 198.51.100.7 reject',
  'ct state & (established | related) != 0 reject',
  'ct state & (new | untracked) != 0 tcp dport 443 reject',
  'ct state != { established, related } tcp dport 8080 reject',
  'ip daddr != 127.0.0.1 meta l4proto tcp dnat ip to tcp dport map { 80 : 198.51.100.99 . 81, 443 : 198.51.100.99 . 81 }',
  'dnat ip to ip daddr . tcp dport map @targets',
  'ip daddr != 127.0.0.1 meta l4proto tcp dnat ip to numgen inc mod 1 map { 0 : 198.51.100.99 . 81 }',
  'tcp dport 80 continue tcp dport 80 reject',
  'meta nftrace set 1 meta skuid 1337 reject',
]

const PACKETS: readonly ToSend[] = [
  {from: 'pod', protocol: 'tcp', address: '198.51.100.7', port: 80, uid: 1000, gid: 1000},
  {from: 'pod', protocol: 'tcp', address: '198.51.100.77', port: 8080, uid: 1000, gid: 1000},
  {from: 'pod', protocol: 'tcp', address: '10.50.0.1', port: 443, uid: 1337, gid: 1337},
  {from: 'pod', protocol: 'tcp', address: '127.0.0.1', port: 80, uid: 1000, gid: 1000},
]

function tableWith(rule: string): string {
  const translates = rule.includes('dnat ')
  return `flush ruleset
table ip nat4 {
  map targets {
    type ipv4_addr . inet_service : ipv4_addr . inet_service
    elements = { 198.51.100.7 . 80 : 198.51.100.99 . 81 }
  }
  chain out {
    type nat hook output priority -100; policy accept;
    ${translates ? rule : ''}
  }
}
table inet t {
  counter c1 {
  }
  set seen {
    type ipv4_addr
    flags dynamic
  }
  set pairs {
    type ipv4_addr . inet_service
    flags interval
    elements = { 198.51.100.0/26 . 80-90, 10.50.0.1 . 443 comment "two, of them: here" }
  }
  map verdicts {
    type ipv4_addr . inet_proto . inet_service : verdict
    elements = { 198.51.100.7 . tcp . 80 : goto refuse, 10.50.0.1 . tcp . 443 comment "x" : jump refuse, 127.0.0.1 . tcp . 80 : accept }
  }
  chain refuse {
    reject
  }
  chain out {
    type filter hook output priority 0; policy accept;
    ct state established,related accept
    ${translates ? 'ip daddr 198.51.100.99 tcp dport 81 reject' : rule}
  }
}
`
}

describe('expressions of nft', () => {
  let topology: NetnsTopology | undefined
  beforeAll(async () => {
    if (CAN) topology = await buildTopology()
  }, 60_000)
  afterAll(async () => {
    await topology?.close()
  }, 60_000)

  kernelTest.each(RULES)('`%s` does to packets what the kernel does', async rule => {
    if (topology === undefined) throw new Error('there is no topology')
    const {inPod, send} = topology
    expect(inPod(['nft', '-f', '-'], tableWith(rule)).stderr).toBe('')
    const {rulesets} = parseRules(inPod(['nft', 'list', 'ruleset']).stdout)
    const machine = withDefaultNetwork(
      {
        interfaces: parseIpAddresses(inPod(['ip', '-j', 'addr']).stdout),
        routes: parseIpRoutes(inPod(['ip', 'route', 'show', 'table', 'all']).stdout),
        policyRules: parseIpRules(inPod(['ip', 'rule']).stdout),
      },
      rulesets,
    )
    const said: string[] = []
    const really: string[] = []
    for (const packet of PACKETS) {
      const destination = parseIp(packet.address)
      if (destination === undefined) throw new Error('no address')
      const {disposition} = walkFlow(compileRules(rulesets), machine, {
        protocol: packet.protocol,
        destination,
        destinationPort: packet.port,
        uid: packet.uid,
        gid: packet.gid,
      })
      const {kind} = disposition
      said.push(
        `${packet.address}:${packet.port} ${kind === 'sent' ? 'delivered' : kind === 'dropped' ? 'timeout' : kind}`,
      )
      really.push(`${packet.address}:${packet.port} ${(await send(packet)).outcome}`)
    }
    expect(said).toEqual(really)
  })
})
