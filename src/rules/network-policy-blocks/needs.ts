import type {PolicyTraffic} from '../../analysis/traffic-policy/blocked-by.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Facts} from '../facts.js'

/** Traffic that a pod of the mesh needs. */
export interface RequiredTraffic extends PolicyTraffic {
  readonly severity: 'error' | 'warning'
  readonly text: string
  readonly effect: string
  /** A rule to paste under the direction. */
  readonly rule: string
}

const HBONE = {protocol: 'TCP', port: 15008, rule: '- {ports: [{port: 15008}]}'} as const

/** All traffic between pods of the ambient mesh uses HBONE (istio.io, "Ambient and Kubernetes NetworkPolicy"). */
export const AMBIENT_NEEDS: readonly RequiredTraffic[] = [
  {
    ...HBONE,
    direction: 'ingress',
    severity: 'error',
    text: 'TCP port 15008 to the pod',
    effect: 'no mesh pod can reach it',
  },
  {
    ...HBONE,
    direction: 'egress',
    severity: 'warning',
    text: 'TCP port 15008 from the pod',
    effect: 'it cannot reach other mesh pods',
  },
]

/** The default address of istiod. */
const DEFAULT_ISTIOD = {address: 'istiod.istio-system.svc:15012', namespace: 'istio-system'} as const

/** The traffic of a sidecar to istiod, at its discovery address or the default one, and to DNS. */
export function proxyNeeds(discovery: Facts['discovery'] | undefined): readonly RequiredTraffic[] {
  const address = discovery?.address ?? DEFAULT_ISTIOD.address
  const home = discovery === undefined ? DEFAULT_ISTIOD.namespace : discovery.home?.namespace
  const port = Number(/:(\d+)$/.exec(address)?.[1] ?? 15012)
  const namespace = `kubernetes.io/metadata.name: ${home ?? DEFAULT_ISTIOD.namespace}`
  return [
    {
      direction: 'egress',
      protocol: 'TCP',
      port,
      ...definedFields({peer: home === undefined ? undefined : {namespace: home, labels: discovery?.home?.labels}}),
      severity: 'error',
      text: `istiod (${address}${discovery === undefined ? ', assumed' : ''})`,
      effect: 'the proxy gets no certificate and no configuration',
      rule: `- {to: [{namespaceSelector: {matchLabels: {${namespace}}}}], ports: [{port: ${port}}]}`,
    },
    {
      direction: 'egress',
      protocol: 'UDP',
      port: 53,
      severity: 'error',
      text: 'DNS (UDP port 53)',
      effect: 'neither the agent nor the application can resolve names',
      rule: '- {ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}',
    },
  ]
}
