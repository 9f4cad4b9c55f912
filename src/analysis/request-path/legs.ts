import type {Decision} from '../../model/envoy/decision.js'
import type {EnvoyRequest, IpPort} from '../../model/envoy/request.js'
import type {Walk} from '../../model/kernel/packet.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import type {PathEnding} from './ending.js'
import type {Speech} from './speech.js'
import type {MeshPod} from './world.js'

/** The role of a proxy on the path: outbound for its application, inbound to it, or both (a gateway). */
export type ProxyRole = 'client' | 'server' | 'gateway'

/** A part of the path, in the order of the request. */
export type Leg =
  | {
      readonly kind: 'kernel'
      readonly pod: MeshPod
      readonly direction: 'out' | 'in'
      /** True when the proxy sends it, not the application. */
      readonly byProxy: boolean
      readonly to: IpPort
      /** Undefined where the pod's rules are not known. */
      readonly walk: Walk | undefined
      readonly text: string
    }
  | {
      readonly kind: 'service'
      readonly service: ServiceModel
      readonly port: number
      readonly backends: readonly IpPort[] | undefined
      readonly text: string
    }
  | {
      readonly kind: 'proxy'
      readonly pod: MeshPod
      readonly role: ProxyRole
      readonly request: EnvoyRequest
      readonly speech: Speech
      /** Undefined where its configuration is not known. */
      readonly decision: Decision | undefined
      readonly ending: PathEnding
    }
  | {
      readonly kind: 'application'
      readonly pod: MeshPod
      readonly address: IpPort
      readonly speech: Speech
      readonly text: string
    }
  | {
      readonly kind: 'ztunnel'
      /** The pod it serves, or the waypoint. */
      readonly pod: MeshPod
      readonly role: 'client' | 'server' | 'waypoint'
      readonly text: string
    }
  | {readonly kind: 'network'; readonly address: IpPort; readonly text: string}
  | {readonly kind: 'outside'; readonly address: IpPort; readonly text: string}
