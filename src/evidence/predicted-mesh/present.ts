import type {MeshPod} from '../../analysis/request-path/world.js'
import {numberOf, objectOf} from '../../formats/decode.js'
import {type BoundWaypoint, hostWaypoints} from '../../istiod/ambient/waypoints.js'
import type {RegisteredHost} from '../../istiod/registry.js'
import {type IstioState, istioState, workloadOfEntry} from '../../istiod/state.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {listingOnce} from '../asked-once.js'
import {
  DEFAULT_SETTINGS,
  istioObjects,
  meshSettings,
  readLivingPods,
  workloadOf,
} from '../mesh-objects/istio-objects.js'
import {ambientLists} from '../mesh-world/ambient-objects.js'
import {meshPod} from '../mesh-world/mesh.js'

/** What istiod knows now, and the pods. */
export interface PresentState {
  readonly state: IstioState
  /** Pods, and the machines WorkloadEntries stand for. */
  readonly pods: readonly MeshPod[]
  /** The waypoint in front of a host; undefined where there is none, or no pod is in ambient mode. */
  readonly waypointOf: (host: RegisteredHost) => BoundWaypoint | undefined
  readonly gaps: readonly Gap[]
  readonly notes: readonly string[]
}

/** The machine of a WorkloadEntry, as others see it: it has a proxy if it takes mTLS (istio.io, "Workload Entry"). */
function machineOf(entry: KubeObject): MeshPod {
  const {namespace, name, addresses, labels, serviceAccount, meshTls} = workloadOfEntry(entry)
  const ports = objectOf(entry, 'spec', 'ports') ?? {}
  return {
    ref: {namespace, name},
    workload: name,
    addresses,
    mode: meshTls ? 'sidecar' : 'none',
    serviceAccount,
    labels,
    ports: Object.keys(ports).flatMap(each => numberOf(ports, each) ?? []),
    hostNetwork: false,
  }
}

/** Reads the objects istiod makes configuration of, and the pods they are about. */
export async function presentState(given: Source, istioNamespace: string): Promise<PresentState> {
  const source = listingOnce(given)
  const [settings, {pods, gaps: podGaps}, {objects, gaps}] = await Promise.all([
    meshSettings(source, istioNamespace),
    readLivingPods(given, pod => ({workload: workloadOf(pod), pod: meshPod(pod)})),
    istioObjects(source),
  ])
  const homes = new Set(pods.map(each => each.workload.namespace))
  const state = istioState(objects, {
    settings: settings ?? DEFAULT_SETTINGS,
    workloads: pods.map(each => each.workload),
    complete: namespace => homes.has(namespace),
  })
  const ambient = pods.some(({pod}) => pod.mode === 'ambient')
  const waypointOf = ambient ? hostWaypoints({state, ...(await ambientLists(source))}) : () => undefined
  const notes =
    settings === undefined
      ? [
          `the mesh configuration was not read in ${istioNamespace}: Istio's defaults are assumed (auto mTLS, root namespace istio-system)`,
        ]
      : []
  const machines = state.objects('WorkloadEntry').map(machineOf)
  const everyone = [...machines, ...pods.map(each => each.pod)]
  return {state, pods: everyone, waypointOf, gaps: [...podGaps, ...gaps], notes}
}
