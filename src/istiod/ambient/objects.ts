import type {EndpointSlice} from '../../formats/kube/kube-endpoints.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {PodModel} from '../../model/kube/pod.js'
import type {Labels} from '../../model/kube/selector.js'
import type {IstioState} from '../state.js'

/** What istiod makes the configuration of ztunnels and waypoints of, besides that of sidecars. */
export interface AmbientObjects {
  readonly state: IstioState
  /** The pods that live, and how each takes part in the mesh. */
  readonly pods: readonly {readonly model: PodModel; readonly mode: PodMode}[]
  /** Labels by namespace. */
  readonly namespaces: ReadonlyMap<string, Labels>
  readonly slices: readonly EndpointSlice[]
  /** Gateways and GatewayClasses of the Gateway API. */
  readonly gateways: readonly KubeObject[]
  readonly classes: readonly KubeObject[]
  readonly httpRoutes: readonly KubeObject[]
}
