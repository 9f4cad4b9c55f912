import {own} from '../../model/collections/own.js'
import {
  enrolsInAmbient,
  isManagedWaypoint,
  isRedirected,
  NATIVE_SIDECAR_ANNOTATION,
} from '../../model/istio/mesh-keys.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import {
  AMBIENT_PORTS,
  GATEWAY_PORTS,
  ISTIOD_PORTS,
  type ReservedPort,
  SIDECAR_PORTS,
} from '../../model/istio/reserved-ports.js'
import {type Container, injectedContainer, type PodModel} from '../../model/kube/pod.js'
import type {Labels} from '../../model/kube/selector.js'
import {commaList} from '../../model/text/comma-list.js'
import {argumentOf} from './arguments.js'
import {movedPorts} from './moved-ports.js'

/** The ROLE of `pilot-agent proxy ROLE` (pilot-agent command line). */
const ROLES: Readonly<Record<string, PodMode>> = {
  router: 'gateway',
  sidecar: 'sidecar',
  waypoint: 'waypoint',
  ztunnel: 'ztunnel',
}

const CONTROL_PLANE = ['istiod', 'istio-cni-node', 'istio-operator']

/** Templates of proxyless gRPC: the agent without Envoy, or a bootstrap file only, and no capture (istio.io, "gRPC Proxyless Service Mesh"). */
const PROXYLESS = ['grpc-agent', 'grpc-simple']

/** The mode of pods injected with a template other than the sidecar's, or generated for a Gateway. */
function templateMode(pod: PodModel): PodMode | undefined {
  const templates = commaList(pod.annotations['inject.istio.io/templates'])
  if (templates.includes('waypoint') || isManagedWaypoint(pod.labels)) return 'waypoint'
  if (templates.some(name => name.includes('gateway'))) return 'gateway'
  if (templates.some(name => PROXYLESS.includes(name)) && !templates.includes('sidecar')) return 'proxyless'
  return pod.labels['gateway.networking.k8s.io/gateway-name'] === undefined ? undefined : 'gateway'
}

/** The pod's mode by the role of its proxy, else by the annotation of the CNI plugin, else `none`. */
export function podMode(pod: PodModel): PodMode {
  const app = pod.labels.app ?? pod.labels['k8s-app'] ?? ''
  if (CONTROL_PLANE.includes(app) || pod.labels.istio === 'pilot') return 'control-plane'
  if (app === 'ztunnel') return 'ztunnel'
  const byTemplate = templateMode(pod)
  if (byTemplate !== undefined) return byTemplate
  const proxy = injectedContainer(pod, 'istio-proxy')
  if (proxy !== undefined) {
    const role = proxy.args[proxy.args.indexOf('proxy') + 1] ?? ''
    return own(ROLES, role) ?? 'sidecar'
  }
  if (isRedirected(pod.annotations)) return 'ambient'
  return 'none'
}

/** True when the label of the pod, else of its namespace, enrols the pod in ambient mode (istio.io, "Add workloads to an ambient mesh"). */
export function isEnrolledInAmbient(pod: PodModel, namespaceLabels: Labels): boolean {
  return enrolsInAmbient(pod.labels, namespaceLabels) && !pod.hostNetwork
}

function sidecarPorts(pod: PodModel): readonly ReservedPort[] {
  const moved = movedPorts(pod)
  return moved.size === 0
    ? SIDECAR_PORTS
    : SIDECAR_PORTS.map(each => ({...each, port: moved.get(each.port) ?? each.port}))
}

/** The ports Istio reserves in a pod of that mode, including ports changed by the pod's settings. */
export function reservedPorts(mode: PodMode, pod: PodModel): readonly ReservedPort[] {
  switch (mode) {
    case 'sidecar':
      return sidecarPorts(pod)
    case 'ambient':
      return AMBIENT_PORTS
    case 'gateway':
    case 'waypoint':
      return GATEWAY_PORTS
    case 'control-plane':
      return ISTIOD_PORTS
    default:
      return []
  }
}

/** The uid and gid exempt from capture: `-u`/`-g` of istio-init, else the sidecar's own, else 1337 (istio-iptables flags). */
export function proxyIds(pod: PodModel): {readonly uids: readonly number[]; readonly gids: readonly number[]} {
  const init = injectedContainer(pod, 'istio-init') ?? injectedContainer(pod, 'istio-validation')
  const proxy = injectedContainer(pod, 'istio-proxy')
  const given = (...flags: readonly string[]) =>
    (argumentOf(init, ...flags) ?? '')
      .split(',')
      .filter(id => /^\d+$/.test(id))
      .map(Number)
  const uids = given('-u', '--proxy-uid')
  const gids = given('-g', '--proxy-gid')
  const own = proxy?.security.runAsUser
  return {
    uids: uids.length > 0 ? uids : [own === undefined || own === 0 ? 1337 : own],
    gids: gids.length > 0 ? gids : [proxy?.security.runAsGroup ?? 1337],
  }
}

/**
 * True for an init container that runs before the proxy: nothing it sends could pass a proxy yet, and using the proxy's uid is the documented
 * workaround with the CNI plugin (istio.io, CNI). A native sidecar runs already; in a template `nativeSidecar: "true"` asks for one.
 */
export function runsBeforeProxy(container: Container, pod: PodModel): boolean {
  if (container.role !== 'init') return false
  const proxy = injectedContainer(pod, 'istio-proxy')
  return proxy === undefined ? pod.annotations[NATIVE_SIDECAR_ANNOTATION] !== 'true' : proxy.role !== 'native-sidecar'
}
