import {describe, expect, test} from '@jest/globals'
import {driftOf} from '../../../../src/analysis/netfilter/drift/drift.js'
import {cutOffPorts, isFilterBlock} from '../../../../src/analysis/netfilter/drift/filter-blocks.js'
import {policyEffects} from '../../../../src/analysis/netfilter/drift/policies.js'
import {expectedRulesets} from '../../../../src/analysis/netfilter/expected-rules/expected.js'
import {settingsFromAnnotations} from '../../../../src/analysis/netfilter/expected-rules/from-pod.js'
import {INJECTED_SETTINGS} from '../../../../src/analysis/netfilter/expected-rules/settings.js'
import {withDefaultNetwork} from '../../../../src/analysis/netfilter/packet-walk/default-network.js'
import {readPod} from '../../../../src/formats/kube-pod/parse.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {recordedPackets, recordedRulesets} from '../../../support/netfilter-corpus.js'

const R57 = recordedRulesets()['r57-netpol-drop']?.files['iptables-save-c.txt'] ?? ''

function landed(id: string) {
  return recordedPackets().find(each => each.id === `r57-netpol-drop/${id}`)?.result.landed?.port
}

describe('what table filter throws away', () => {
  test('the recorded rules of a network policy: clients still land on the sidecar, as the kernel showed', () => {
    const {rulesets} = parseRules(R57)
    const machine = withDefaultNetwork({}, rulesets)
    const [found, ...more] = driftOf(expectedRulesets(INJECTED_SETTINGS, 31), rulesets, machine)
    expect(more).toEqual([])
    expect(landed('in-9090')).toBe(15006)
    expect(found && isFilterBlock(found)).toBe(true)
    expect(found && cutOffPorts(found, rulesets, machine)).toEqual([9090])
  })

  test('policies: only those a packet feels, each by itself', () => {
    const effects = (text: string) => {
      const {rulesets} = parseRules(text)
      return policyEffects(rulesets, withDefaultNetwork({}, rulesets)).map(({place, family}) => `${place} ${family}`)
    }
    expect(effects(R57)).toEqual([])
    expect(effects(R57.replace(':INPUT ACCEPT', ':INPUT DROP'))).toEqual(['filter/INPUT ip'])
    expect(effects(R57.replace(':OUTPUT ACCEPT', ':OUTPUT DROP'))).toEqual(['filter/OUTPUT ip'])
    expect(effects(R57.replace(':FORWARD ACCEPT', ':FORWARD DROP'))).toEqual([])
  })
})

describe('settings the CNI plugin does not take from the pod', () => {
  const pod = readPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'web', namespace: 'demo'},
    spec: {
      containers: [
        {
          name: 'istio-proxy',
          env: [
            {name: 'ISTIO_OUTBOUND_OWNER_GROUPS', value: '2000'},
            {name: 'ISTIO_META_DNS_CAPTURE', value: 'true'},
          ],
        },
      ],
    },
  } as Parameters<typeof readPod>[0])

  test('owner groups are read from the environment of the plugin itself, lookups from that of the sidecar', () => {
    if (pod === undefined) throw new Error('no pod')
    expect(settingsFromAnnotations(pod, 'cni')).toMatchObject({groupsInclude: '*', dns: true})
    expect(settingsFromAnnotations(pod, 'template')).toMatchObject({groupsInclude: '2000', dns: true})
  })

  // The injection template copies global.proxy.excludeOutboundPorts and the status port into annotations, which the plugin reads.
  test.each([
    [{}, ['15020']],
    [{excludeOutboundPorts: ''}, ['15020']],
    [{excludeOutboundPorts: '9200'}, ['9200']],
  ])('ports excluded for the mesh: %j', (defaults, outboundExclude) => {
    if (pod === undefined) throw new Error('no pod')
    expect(settingsFromAnnotations(pod, 'cni', defaults)).toMatchObject({outboundExclude})
  })

  test('the status port of the mesh', () => {
    if (pod === undefined) throw new Error('no pod')
    const {inboundExclude} = settingsFromAnnotations(pod, 'cni', {excludeInboundPorts: '7070', statusPort: '15999'})
    expect(inboundExclude).toEqual(['7070', '15999', '15020', '15021', '15090'])
  })
})
