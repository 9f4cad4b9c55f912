import {describe, expect, test} from '@jest/globals'
import {compileRules} from '../../../../src/analysis/netfilter/packet-walk/compile.js'
import {withDefaultNetwork} from '../../../../src/analysis/netfilter/packet-walk/default-network.js'
import {walkFlow} from '../../../../src/analysis/netfilter/packet-walk/flow-walk.js'
import {readKernel} from '../../../../src/evidence/kernel/read-kernel.js'
import {parseIpRoutes} from '../../../../src/formats/netfilter/ip-facts.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {parseIp} from '../../../../src/model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../../../src/model/kernel/network-namespace.js'
import {memorySource} from '../../../support/memory-source.js'

/** `ip route show table all` of BusyBox 1.35 in a pod; its `ip` has no `-j`. */
const BUSYBOX = `default via 10.244.0.1 dev eth0 
10.244.0.0/24 dev eth0 scope link  src 10.244.0.47 
local 10.244.0.47 dev eth0 table local scope host  src 10.244.0.47 
broadcast 10.244.0.255 dev eth0 table local scope link  src 10.244.0.47 
local 127.0.0.0/8 dev lo table local scope host  src 127.0.0.1 
local 127.0.0.1 dev lo table local scope host  src 127.0.0.1 
fe80::/64 dev eth0  metric 256 
local ::1 dev lo table local  metric 0 
local fe80::4403:a6ff:fee2:e30b dev eth0 table local  metric 0 
`

const SAVE = `*nat
:OUTPUT ACCEPT [0:0]
:ISTIO_OUTPUT - [0:0]
-A OUTPUT -j ISTIO_OUTPUT
-A ISTIO_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN
-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
COMMIT
`
const {rulesets} = parseRules(SAVE)

/** Where the inbound connection of the proxy ends, from 127.0.0.6 to the pod's own address. */
function inbound(machine: NetworkNamespace) {
  const [source, destination] = ['127.0.0.6', '10.244.0.47'].map(parseIp)
  if (source === undefined || destination === undefined) throw new Error('no address')
  const packet = {protocol: 'tcp', source, destination, destinationPort: 8080, uid: 1337, gid: 1337} as const
  return walkFlow(compileRules(rulesets), machine, packet).disposition.kind
}

describe('the addresses of a pod where `ip addr` tells none', () => {
  test('are those of its local routes', () => {
    const machine = withDefaultNetwork({interfaces: [], routes: parseIpRoutes(BUSYBOX)}, rulesets)
    expect(machine.interfaces.map(({name, addresses}) => [name, addresses.length])).toEqual([
      ['eth0', 2],
      ['lo', 2],
    ])
    expect(inbound(machine)).toBe('delivered')
  })

  test('else those of its status; without either, its address is no own one', async () => {
    const source = memorySource({evidence: {'net.iptables.nft': SAVE}})
    const pod = {namespace: 'shop', name: 'guard'}
    expect(inbound((await readKernel(source, pod, ['10.244.0.47'])).machine)).toBe('delivered')
    expect(inbound((await readKernel(source, pod)).machine)).toBe('dropped')
  })
})
