import {isEnrolledInAmbient, podMode} from '../../analysis/pod-mode/pod-mode.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import {type Answer, missing} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import {REDIRECTION_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {kindWord} from '../../model/kube/kinds.js'
import type {KubeObject, PodRef} from '../../model/kube/kube-object.js'
import type {Labels} from '../../model/kube/selector.js'
import {type Overlay, overlaySource} from '../../sources/overlay.js'
import type {Source} from '../../sources/source.js'

/** Kinds of which ztunnels and waypoints are configured. */
const AMBIENT_KINDS = [
  'Namespace',
  'Pod',
  'Service',
  'EndpointSlice',
  'ServiceEntry',
  'WorkloadEntry',
  'AuthorizationPolicy',
  'PeerAuthentication',
  'RequestAuthentication',
  'VirtualService',
  'DestinationRule',
  'HTTPRoute',
  'GatewayClass',
  'gateways.gateway.networking.k8s.io',
]

/** True where a change may alter what ztunnels and waypoints have. */
export function touchesAmbient({apply, remove}: Overlay): boolean {
  return [...apply.map(kindWord), ...remove.map(({kind}) => kind)].some(each => AMBIENT_KINDS.includes(each))
}

async function labelsOf(source: Source): Promise<ReadonlyMap<string, Labels>> {
  const answer = await source.objects({kind: 'Namespace'})
  const all = answer.ok ? answer.value : []
  return new Map(all.map(({metadata}) => [metadata.name, metadata.labels ?? {}] as const))
}

interface Wish {
  readonly object: KubeObject
  readonly mode: ReturnType<typeof podMode>
  readonly enrolled: boolean
}

async function wishesOf(source: Source): Promise<ReadonlyMap<string, Wish>> {
  const namespaces = await labelsOf(source)
  const pods = await source.objects({kind: 'Pod'})
  return new Map(
    (pods.ok ? pods.value : []).flatMap(object => {
      const pod = readPod(object)
      if (pod === undefined) return []
      const {namespace, name} = pod.object
      const enrolled = isEnrolledInAmbient(pod, namespaces.get(namespace) ?? {})
      return [[`${namespace}/${name}`, {object, mode: podMode(pod), enrolled}] as const]
    }),
  )
}

/** The pod as istio-cni leaves it: it writes whether the traffic of the pod is redirected to ztunnel. */
function redirected(object: KubeObject, on: boolean): KubeObject {
  const {[REDIRECTION_ANNOTATION]: _, ...others} = object.metadata.annotations ?? {}
  return {
    ...object,
    metadata: {...object.metadata, annotations: on ? {...others, [REDIRECTION_ANNOTATION]: 'enabled'} : others},
  }
}

function hidden(what: string): Answer<Artifact> {
  return missing(what, 'not-applicable', 'it is that of now: what follows from the objects is taken')
}

/**
 * The changed source with pods that labels of the change enrol in ambient mode or take out of it, as istio-cni would leave them: pods
 * with a sidecar and those on the network of their node stay unchanged. The rules such a pod has now are not shown.
 */
export async function withEnrolment(source: Source, changed: Source): Promise<Source> {
  const [before, after] = [await wishesOf(source), await wishesOf(changed)]
  const moved = new Map(
    [...after].flatMap(([key, {object, mode, enrolled}]) => {
      const was = before.get(key)?.enrolled ?? false
      if (was === enrolled || (mode !== 'ambient' && mode !== 'none') || (mode === 'ambient') === enrolled) return []
      return [[key, redirected(object, enrolled)] as const]
    }),
  )
  if (moved.size === 0) return changed
  return {
    ...overlaySource(changed, {apply: [...moved.values()], remove: []}),
    evidence: async (id, subject, query) =>
      id.startsWith('net.') && moved.has(`${subject.namespace}/${subject.name}`)
        ? hidden('the kernel rules')
        : await changed.evidence(id, subject, query),
  }
}

async function isWaypoint(source: Source, {namespace, name}: PodRef): Promise<boolean> {
  const found = await source.objects({kind: 'Pod', namespace, name})
  const pod = found.ok ? found.value.map(readPod)[0] : undefined
  return pod !== undefined && podMode(pod) === 'waypoint'
}

/** The source without what ztunnels and waypoints have now, so that the objects decide for them. */
export function withoutAmbientConfig(source: Source): Source {
  return {
    ...source,
    evidence: async (id, subject, query) => {
      if (id === 'ztunnel.config_dump') return hidden("ztunnel's configuration")
      if (id === 'envoy.config_dump' && (await isWaypoint(source, subject)))
        return hidden("the waypoint's configuration")
      return await source.evidence(id, subject, query)
    },
  }
}
