import {describe, expect, test} from '@jest/globals'
import type {MeshPod} from '../../../src/analysis/request-path/world.js'
import {uncapturedPort} from '../../../src/reports/trace/uncaptured-port.js'
import {memorySource} from '../../support/memory-source.js'

const INBOUND = 'traffic.sidecar.istio.io'

/** The cause for port 8080 of a pod with these annotations, as the injector sets it up. */
async function cause(
  annotations: Readonly<Record<string, string>>,
  initContainers: readonly object[] = [],
  read = true,
) {
  const ref = {namespace: 'shop', name: 'excl'}
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {...ref, annotations},
    spec: {
      initContainers,
      containers: [{name: 'app'}, {name: 'istio-proxy', args: ['proxy', 'sidecar']}],
    },
  }
  const pod: MeshPod = {
    ref,
    workload: 'excl.shop',
    addresses: [],
    mode: 'sidecar',
    serviceAccount: 'default',
    labels: {},
    ports: [8080],
    hostNetwork: false,
  }
  const {field, fix} = await uncapturedPort(memorySource({objects: read ? [object] : []}), pod, 8080)
  return [field, fix.replace(/^(\w+ pod|\w+ \d+|Set).*$/, '$1')]
}

describe('why a port of a pod with a sidecar is not captured', () => {
  test.each([
    [{[`${INBOUND}/excludeInboundPorts`]: '9090,8080'}, `${INBOUND}/excludeInboundPorts`, 'Remove 8080'],
    [{[`${INBOUND}/includeInboundPorts`]: '9090'}, `${INBOUND}/includeInboundPorts`, 'Add 8080'],
    [{'sidecar.istio.io/interceptionMode': 'NONE'}, 'sidecar.istio.io/interceptionMode', 'Set'],
  ])('an annotation that keeps it out: %j', async (annotations, name, fix) => {
    expect(await cause(annotations)).toEqual([`metadata.annotations["${name}"]`, fix])
  })

  test('arguments of istio-init that no annotation sets come from the injection template', async () => {
    const init = {name: 'istio-init', image: 'istio/proxyv2:1.31.0', args: ['istio-iptables', '-b', '*', '-d', '8080']}
    const [field, fix] = await cause({}, [init])
    expect(field).toBeUndefined()
    expect(fix).toContain('excludeInboundPorts) capture port 8080')
  })

  test('annotations that capture it leave rules that changed since the start', async () => {
    const changed = [undefined, 'Recreate pod']
    expect(await cause({})).toEqual(changed)
    expect(await cause({[`${INBOUND}/excludeInboundPorts`]: '9090'})).toEqual(changed)
  })

  test('a pod that could not be read is not said to have changed', async () => {
    const [field, fix] = await cause({}, [], false)
    expect(field).toBeUndefined()
    expect(fix).toMatch(/^Compare the iptables rules of pod excl.shop, .* the pod was not read here\.$/)
  })
})
