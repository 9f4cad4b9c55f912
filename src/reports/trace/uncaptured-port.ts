import type {MeshPod} from '../../analysis/request-path/world.js'
import {inboundCapture, isCaptured} from '../../analysis/traffic-capture/inbound-capture.js'
import {readPodObject} from '../../evidence/pod/objects.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {ObjectRef, PodModel} from '../../model/kube/pod.js'
import type {Source} from '../../sources/source.js'

interface UncapturedPort {
  readonly object: ObjectRef
  readonly field?: string
  readonly fix: string
}

const PREFIX = 'traffic.sidecar.istio.io/'

/** What keeps the port from the proxy and how to change it (istio.io, "Resource Annotations"); undefined where the pod's declarations capture it. */
function declaredBy(pod: PodModel, {workload}: MeshPod, port: number): {field?: string; fix: string} | undefined {
  const capture = inboundCapture(pod)
  if (isCaptured(capture, port)) return undefined
  const candidates = [
    {
      name: 'sidecar.istio.io/interceptionMode',
      applies: capture.interception === 'NONE',
      change: 'Set annotation sidecar.istio.io/interceptionMode to REDIRECT',
    },
    {
      name: `${PREFIX}includeInboundPorts`,
      applies: capture.include !== '*',
      change: `Add ${port} to annotation ${PREFIX}includeInboundPorts`,
    },
    {
      name: `${PREFIX}excludeInboundPorts`,
      applies: capture.exclude.includes(port),
      change: `Remove ${port} from annotation ${PREFIX}excludeInboundPorts`,
    },
  ]
  const by = candidates.find(({name, applies}) => applies && pod.annotations[name] !== undefined)
  if (by === undefined)
    return {
      fix: `Let the injection template (global.proxy.includeInboundPorts, excludeInboundPorts) capture port ${port}, and recreate the pods of ${workload}.`,
    }
  return {field: `metadata.annotations["${by.name}"]`, fix: `${by.change} in the pod template of ${workload}.`}
}

/** Why a connection to a port of a pod with a sidecar passes its proxy by: what the pod declares, else rules that are no longer those it started with; neither is said of a pod that was not read. */
export async function uncapturedPort(source: Source, pod: MeshPod, port: number): Promise<UncapturedPort> {
  const {namespace, name} = pod.ref
  const read = await readPodObject(source, pod.ref)
  const label = podLabel(pod.ref)
  const drift = `meshctl iptables ${label} --drift`
  const changed = {fix: `Recreate pod ${label}: its iptables rules no longer redirect to the proxy (${drift}).`}
  const unread = {
    fix: `Compare the iptables rules of pod ${label}, which do not redirect port ${port} to the proxy, with what it declares (${drift}): the pod was not read here.`,
  }
  const cause = read.ok ? (declaredBy(read.value, pod, port) ?? changed) : unread
  return {object: {kind: 'Pod', namespace, name}, ...cause}
}
