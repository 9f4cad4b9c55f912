import type {Passage} from '../../analysis/traffic-policy/blocked-by.js'
import type {Facts} from '../facts.js'

/** One thing that must get through to or from a pod of the mesh. */
export interface Need extends Passage {
  readonly severity: 'error' | 'warning'
  readonly words: string
  readonly effect: string
  /** A rule to paste under the direction. */
  readonly rule: string
}

const HBONE = {protocol: 'TCP', port: 15008, rule: '- {ports: [{port: 15008}]}'} as const

/** Between pods of the ambient mesh everything goes through the tunnel (istio.io, "Ambient and Kubernetes NetworkPolicy"). */
export const AMBIENT_NEEDS: readonly Need[] = [
  {
    ...HBONE,
    direction: 'ingress',
    severity: 'error',
    words: 'TCP port 15008 to the pod',
    effect: 'no pod of the mesh reaches it',
  },
  {
    ...HBONE,
    direction: 'egress',
    severity: 'warning',
    words: 'TCP port 15008 from the pod',
    effect: 'it reaches no other pod of the mesh',
  },
]

/** Where istiod is when nothing tells: the place every installation has by default. */
const USUAL = {address: 'istiod.istio-system.svc:15012', home: {namespace: 'istio-system'}} as const

/** What a proxy in the pod needs of the control plane, at the address it was given, and of DNS. */
export function proxyNeeds(discovery: Facts['discovery'] | undefined): readonly Need[] {
  const {address, home}: Pick<Facts['discovery'], 'address' | 'home'> = discovery ?? USUAL
  const port = Number(/:(\d+)$/.exec(address)?.[1] ?? 15012)
  const namespace = `kubernetes.io/metadata.name: ${home?.namespace ?? 'istio-system'}`
  return [
    {
      direction: 'egress',
      protocol: 'TCP',
      port,
      ...(home === undefined ? {} : {peer: home}),
      severity: 'error',
      words: `istiod (${address})`,
      effect: 'the proxy gets no certificate and no configuration',
      rule: `- {to: [{namespaceSelector: {matchLabels: {${namespace}}}}], ports: [{port: ${port}}]}`,
    },
    {
      direction: 'egress',
      protocol: 'UDP',
      port: 53,
      severity: 'error',
      words: 'DNS (UDP port 53)',
      effect: 'neither the agent nor the application can resolve a name',
      rule: '- {ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}',
    },
  ]
}
