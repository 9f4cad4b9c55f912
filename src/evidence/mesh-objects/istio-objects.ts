import {declaredPorts} from '../../analysis/ports/service-ports.js'
import {readMeshSettings} from '../../formats/istio/istio-config-maps.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import type {Workload} from '../../istiod/registry.js'
import {type ObjectsByKind, selectorOf, TRANSLATED_KINDS, type TranslatedKind} from '../../istiod/state.js'
import {type Gap, isFailure} from '../../model/evidence/answer.js'
import {TLS_MODE_LABEL} from '../../model/istio/mesh-keys.js'
import type {MeshSettings} from '../../model/istio/mesh-settings.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {isOver, type PodModel} from '../../model/kube/pod.js'
import {objectPages} from '../../sources/object-pages.js'
import type {Source} from '../../sources/source.js'

/** The settings of a mesh whose ConfigMap was not read: Istio's defaults. */
export const DEFAULT_SETTINGS: MeshSettings = {
  rootNamespace: 'istio-system',
  enableAutoMtls: true,
  trustedProxies: 0,
  outboundPolicy: 'ALLOW_ANY',
  discoveryAddress: 'istiod.istio-system.svc:15012',
  clusterDomain: 'cluster.local',
  trustDomains: ['cluster.local'],
  authorizers: [],
  capture: {},
}

export interface ReadObjects {
  readonly objects: ObjectsByKind
  readonly gaps: readonly Gap[]
}

/** True if a WorkloadEntry could change the answer: a ServiceEntry selects its endpoints by labels, or none was read. */
function entriesCount({ServiceEntry: entries}: ObjectsByKind): boolean {
  return entries === undefined || entries.some(each => selectorOf(each, 'workloadSelector', 'labels') !== undefined)
}

/** The objects istiod makes configuration of, each kind once; a kind left out of a capture is a gap only if answers depend on it. */
export async function istioObjects(source: Source): Promise<ReadObjects> {
  const answers = await Promise.all(TRANSLATED_KINDS.map(async kind => [kind, await source.objects({kind})] as const))
  const found: Partial<Record<TranslatedKind, readonly KubeObject[]>> = {}
  for (const [kind, answer] of answers) if (answer.ok) found[kind] = answer.value
  const gaps = answers.flatMap(([kind, answer]): readonly Gap[] => {
    if (answer.ok) return []
    const idle = kind === 'WorkloadEntry' && !isFailure(answer.gap) && !entriesCount(found)
    return idle ? [] : [answer.gap]
  })
  return {objects: found, gaps}
}

/** The settings of the mesh by the ConfigMap `istio` of its root namespace; undefined when it was not read. */
export async function meshSettings(source: Source, istioNamespace: string): Promise<MeshSettings | undefined> {
  const answer = await source.objects({kind: 'ConfigMap', namespace: istioNamespace})
  if (!answer.ok) return undefined
  const named = answer.value.filter(({metadata: {name}}) => name === 'istio' || name.startsWith('istio-'))
  const map = named.find(each => each.metadata.name === 'istio')
  return map === undefined ? undefined : readMeshSettings(map)
}

/** A pod as istiod registers it. */
export function workloadOf(pod: PodModel): Workload {
  const named = new Map(
    declaredPorts(pod).flatMap(each => (each.name === undefined ? [] : [[each.name, each.port] as const])),
  )
  return {
    namespace: pod.object.namespace,
    name: pod.object.name,
    addresses: pod.status?.podIps ?? [],
    labels: pod.labels,
    serviceAccount: pod.serviceAccount,
    ready: pod.status?.ready === true,
    meshTls: pod.labels[TLS_MODE_LABEL] === 'istio',
    portNamed: name => named.get(name),
  }
}

/** The pods that live; a gap where they could not be listed. */
export async function livingPods(
  source: Source,
): Promise<{readonly pods: readonly PodModel[]; readonly gaps: readonly Gap[]}> {
  const answer = await source.objects({kind: 'Pod'})
  if (!answer.ok) return {pods: [], gaps: [answer.gap]}
  return {pods: answer.value.flatMap(livingPod), gaps: []}
}

/** What `use` makes of each pod that lives, page by page, so that a fleet is never held whole; a gap where they could not be listed. */
export async function readLivingPods<T>(
  source: Source,
  use: (pod: PodModel) => T,
): Promise<{readonly pods: readonly T[]; readonly gaps: readonly Gap[]}> {
  let pods: T[] = []
  for await (const page of objectPages(source, {kind: 'Pod'}, object => livingPod(object).map(use))) {
    if (!page.ok) return {pods: [], gaps: [page.gap]}
    if (page.value.begins) pods = []
    pods.push(...page.value.items.flat())
  }
  return {pods, gaps: []}
}

function livingPod(object: KubeObject): readonly PodModel[] {
  const pod = readPod(object)
  return pod === undefined || isOver(pod) ? [] : [pod]
}
