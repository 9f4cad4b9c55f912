import {describe, expect, test} from '@jest/globals'
import {chainOwner, meshOf, nodeRules} from '../../../../src/analysis/netfilter/chain-owners.js'
import {settingsFromInit} from '../../../../src/analysis/netfilter/expected-rules/from-init.js'
import {primaryAddress} from '../../../../src/analysis/netfilter/interception/pod-paths.js'
import {nodeWarnings} from '../../../../src/analysis/netfilter/node-warnings.js'
import {compileRules} from '../../../../src/analysis/netfilter/packet-walk/compile.js'
import {withDefaultNetwork} from '../../../../src/analysis/netfilter/packet-walk/default-network.js'
import {walkFlow} from '../../../../src/analysis/netfilter/packet-walk/flow-walk.js'
import {wrongValues} from '../../../../src/analysis/netfilter/setup/lost-arguments.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {formatIp, parseIp} from '../../../../src/model/kernel/ip-address.js'

const rules = (...lines: readonly string[]) =>
  parseRules(['*nat', ':POSTROUTING ACCEPT [0:0]', ...lines, 'COMMIT'].join('\n')).rulesets

describe('whose chains', () => {
  test.each([
    ['PROXY_INIT_REDIRECT', 'Linkerd', 'mesh'],
    ['CONSUL_PROXY_INBOUND', 'Consul', 'mesh'],
    ['KUMA_MESH_OUTBOUND_REDIRECT', 'Kuma', 'mesh'],
    ['APPMESH_INGRESS', 'AWS App Mesh', 'mesh'],
    ['PROXY_IN_REDIRECT', 'Open Service Mesh', 'mesh'],
    ['OSM_PROXY_OUTBOUND', 'Open Service Mesh', 'mesh'],
    ['DOCKER_OUTPUT', 'Docker (its own DNS)', 'pod'],
    ['KUBEVIRT_PREINBOUND', 'KubeVirt', 'pod'],
    ['DOCKER-USER', 'Docker', 'node'],
    ['DOCKER', 'Docker', 'node'],
    ['KUBE-SVC-ABC', 'kube-proxy or the kubelet', 'node'],
    ['cali-POSTROUTING', 'Calico', 'node'],
    ['CILIUM_POST_nat', 'Cilium', 'node'],
    ['OVN-KUBE-EGRESS-SVC', 'OVN-Kubernetes', 'node'],
    ['ISTIO_POSTRT', "Istio's CNI agent in ambient mode", 'node'],
  ])('%s', (chain, name, kind) => {
    expect(chainOwner(chain)).toMatchObject({name, kind})
  })

  test.each(['ISTIO_OUTPUT', 'ISTIO_PRERT', 'PREROUTING', 'MY_CHAIN'])('%s is nobody else’s', chain => {
    expect(chainOwner(chain)).toBeUndefined()
  })
})

describe('rules of a node', () => {
  test('by chains, and by interfaces', () => {
    expect(nodeRules(rules(':KUBE-SERVICES - [0:0]'))).toMatchObject({signs: ['KUBE-SERVICES'], captures: false})
    expect(nodeRules(rules('-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE'))).toMatchObject({
      signs: ['docker0'],
    })
  })

  test('capture on a node says so', () => {
    expect(nodeRules(rules(':KUBE-SERVICES - [0:0]', ':ISTIO_OUTPUT - [0:0]'))).toMatchObject({captures: true})
  })

  test('a pod is none, also beside Docker’s DNS', () => {
    expect(
      nodeRules(rules(':ISTIO_OUTPUT - [0:0]', ':DOCKER_OUTPUT - [0:0]', '-A POSTROUTING -o eth0 -j ACCEPT')),
    ).toBeUndefined()
  })

  test('another mesh is named, Istio is not', () => {
    expect(meshOf(rules(':PROXY_INIT_OUTPUT - [0:0]'))).toBe('Linkerd')
    expect(meshOf(rules(':ISTIO_OUTPUT - [0:0]'))).toBeUndefined()
  })
})

describe('probes that are masqueraded first', () => {
  const POSTRT = [
    ':ISTIO_POSTRT - [0:0]',
    '-A ISTIO_POSTRT -m owner --socket-exists -p tcp -m set --match-set istio-inpod-probes-v4 dst -j SNAT --to-source 169.254.7.127',
  ]
  test('a MASQUERADE before ISTIO_POSTRT', () => {
    const found = nodeWarnings(
      rules(...POSTRT, '-A POSTROUTING -s 10.131.0.0/23 -j MASQUERADE', '-A POSTROUTING -j ISTIO_POSTRT'),
    )
    expect(found).toHaveLength(1)
    expect(found[0]?.what).toContain('Rule 1 of POSTROUTING (MASQUERADE of 10.131.0.0/23)')
  })
  test.each([
    ['behind it', ['-A POSTROUTING -j ISTIO_POSTRT', '-A POSTROUTING -s 10.131.0.0/23 -j MASQUERADE']],
    [
      'for marked packets',
      ['-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE', '-A POSTROUTING -j ISTIO_POSTRT'],
    ],
    [
      'for what leaves the pods’ range',
      ['-A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE', '-A POSTROUTING -j ISTIO_POSTRT'],
    ],
  ])('not one %s', (_, lines) => {
    expect(nodeWarnings(rules(...POSTRT, ...lines))).toEqual([])
  })
})

describe('capture on a node', () => {
  test('says that it is about every process', () => {
    const found = nodeWarnings(rules(':KUBE-SERVICES - [0:0]', ':ISTIO_OUTPUT - [0:0]'))
    expect(found.map(({id}) => id)).toEqual(['node-captured'])
  })
  test('not in a pod', () => expect(nodeWarnings(rules(':ISTIO_OUTPUT - [0:0]'))).toEqual([]))
})

describe('sources that the kernel does not accept from outside', () => {
  const compiled = compileRules(rules('-A POSTROUTING -j ACCEPT'))
  const machine = withDefaultNetwork({}, [])
  const own = primaryAddress(machine, 'ip')
  const ip = (text: string) => parseIp(text) ?? {family: 'ip' as const, bits: 0n}
  const from = (source: string, device = own?.device ?? '') =>
    walkFlow(compiled, machine, {
      interface: device,
      protocol: 'tcp',
      source: ip(source),
      destination: own?.own ?? ip('192.0.2.10'),
      destinationPort: 80,
    }).disposition.kind
  test.each([
    ['127.0.0.1', 'dropped'],
    ['127.0.0.6', 'dropped'],
    ['198.51.100.7', 'delivered'],
  ])('%s: %s', (source, kind) => expect(from(source)).toBe(kind))
  test("the pod's own address", () => expect(from(formatIp(own?.own ?? ip('192.0.2.10')))).toBe('dropped'))
  test('on loopback all of them may come', () => expect(from('127.0.0.1', 'lo')).toBe('delivered'))
})

describe('values that cannot be meant', () => {
  const of = (...args: readonly string[]) => wrongValues(settingsFromInit(args, {}, {resolvers: [], addresses: []}))
  test('a flag where an empty argument was lost', () => {
    const [found, ...more] = of('-i', '*', '-x', '-b', '*', '-d', '15020')
    expect(more).toEqual([])
    expect(found).toMatchObject({flag: '-x', value: '-b'})
    expect(found?.what).toContain('the inbound ports to capture (-b) stayed empty: nothing is captured')
  })
  test('a range that is none', () => {
    expect(of('-b', '*', '-i', '10.0.0.0/33,10.1.0.0/16')).toMatchObject([{flag: '-i', value: '10.0.0.0/33'}])
  })
  test('usual values', () => {
    expect(of('-p', '15001', '-u', '1337', '-i', '*', '-x', '', '-b', '*', '-d', '15090,15021')).toEqual([])
  })
})
