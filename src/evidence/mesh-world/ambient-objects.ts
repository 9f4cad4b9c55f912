import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import {readEndpointSlice} from '../../formats/kube/kube-endpoints.js'
import type {AmbientObjects} from '../../istiod/ambient/objects.js'
import {istioState} from '../../istiod/state.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import {GATEWAY_API_GATEWAY} from '../../model/kube/kinds.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {PodModel} from '../../model/kube/pod.js'
import type {Source} from '../../sources/source.js'
import {DEFAULT_SETTINGS, istioObjects, livingPods, meshSettings, workloadOf} from '../mesh-objects/istio-objects.js'

/** The objects that ztunnels and waypoints are configured by, and what could not be read of them. */
export interface ReadAmbientObjects {
  readonly objects: AmbientObjects
  readonly gaps: readonly Gap[]
}

async function listed(source: Source, kind: string): Promise<readonly KubeObject[]> {
  const answer = await source.objects({kind})
  return answer.ok ? answer.value : []
}

/** Reads what stands beside pods and Istio's own objects: namespaces, endpoints, gateways and routes. */
export async function ambientLists(source: Source): Promise<Omit<AmbientObjects, 'state' | 'pods'>> {
  const [namespaces, slices, gateways, classes, httpRoutes] = await Promise.all(
    ['Namespace', 'EndpointSlice', GATEWAY_API_GATEWAY, 'GatewayClass', 'HTTPRoute'].map(kind => listed(source, kind)),
  )
  return {
    namespaces: new Map((namespaces ?? []).map(({metadata}) => [metadata.name, metadata.labels ?? {}] as const)),
    slices: (slices ?? []).map(readEndpointSlice).filter(each => each !== undefined),
    gateways: gateways ?? [],
    classes: classes ?? [],
    httpRoutes: httpRoutes ?? [],
  }
}

/** Reads what istiod makes the configuration of ztunnels and waypoints of; kinds a mesh may do without are empty where they were not read. */
export async function readAmbientObjects(
  source: Source,
  istioNamespace: string,
  modeOf: (pod: PodModel) => PodMode = podMode,
): Promise<ReadAmbientObjects> {
  const [settings, {pods, gaps: podGaps}, {objects, gaps}] = await Promise.all([
    meshSettings(source, istioNamespace),
    livingPods(source),
    istioObjects(source),
  ])
  const homes = new Set(pods.map(each => each.object.namespace))
  const state = istioState(objects, {
    settings: settings ?? DEFAULT_SETTINGS,
    workloads: pods.map(workloadOf),
    complete: namespace => homes.has(namespace),
  })
  return {
    objects: {
      state,
      pods: pods.map(model => ({model, mode: modeOf(model)})),
      ...(await ambientLists(source)),
    },
    gaps: [...podGaps, ...gaps],
  }
}
