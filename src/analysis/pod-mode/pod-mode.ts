import {commaList} from '../../model/comma-list.js'
import {type Container, injectedContainer, type PodModel} from '../../model/pod.js'
import type {PodMode} from '../../model/pod-mode.js'
import {
  AMBIENT_PORTS,
  GATEWAY_PORTS,
  ISTIOD_PORTS,
  type ReservedPort,
  SIDECAR_PORTS,
} from '../../model/reserved-ports.js'
import type {Labels} from '../../model/selector.js'
import {argumentOf} from './arguments.js'
import {movedPorts} from './moved-ports.js'

/** What `pilot-agent proxy ROLE` is told to be (pilot-agent command line). */
const ROLES: Readonly<Record<string, PodMode>> = {
  router: 'gateway',
  sidecar: 'sidecar',
  waypoint: 'waypoint',
  ztunnel: 'ztunnel',
}

const CONTROL_PLANE = ['istiod', 'istio-cni-node', 'istio-operator']

/** Templates of proxyless gRPC: the agent without Envoy or a bootstrap file alone, and no capture (istio.io, "gRPC Proxyless Service Mesh"). */
const PROXYLESS = ['grpc-agent', 'grpc-simple']

/** Pods that injection completes otherwise than with a sidecar: by the template they name, or by the Gateway object they were made for. */
function templateMode(pod: PodModel): PodMode | undefined {
  const templates = commaList(pod.annotations['inject.istio.io/templates'])
  if (templates.includes('waypoint') || pod.labels['gateway.istio.io/managed'] === 'istio.io-mesh-controller')
    return 'waypoint'
  if (templates.some(name => name.includes('gateway'))) return 'gateway'
  if (templates.some(name => PROXYLESS.includes(name)) && !templates.includes('sidecar')) return 'proxyless'
  return pod.labels['gateway.networking.k8s.io/gateway-name'] === undefined ? undefined : 'gateway'
}

/** How the pod takes part in the mesh, from what it contains: the role of its proxy, else what the CNI wrote on it, else nothing. */
export function podMode(pod: PodModel): PodMode {
  const app = pod.labels.app ?? pod.labels['k8s-app'] ?? ''
  if (CONTROL_PLANE.includes(app) || pod.labels.istio === 'pilot') return 'control-plane'
  if (app === 'ztunnel') return 'ztunnel'
  const asked = templateMode(pod)
  if (asked !== undefined) return asked
  const proxy = injectedContainer(pod, 'istio-proxy')
  if (proxy !== undefined) {
    const role = proxy.args[proxy.args.indexOf('proxy') + 1] ?? ''
    return ROLES[role] ?? 'sidecar'
  }
  if (pod.annotations['ambient.istio.io/redirection'] === 'enabled') return 'ambient'
  return 'none'
}

const DATAPLANE = 'istio.io/dataplane-mode'

/** True when a pod, or its namespace where the pod says nothing, asks for the ambient mesh and can be in it (istio.io, "Add workloads to an ambient mesh"). */
export function asksForAmbient(pod: PodModel, namespaceLabels: Labels): boolean {
  return (pod.labels[DATAPLANE] ?? namespaceLabels[DATAPLANE]) === 'ambient' && !pod.hostNetwork
}

function sidecarPorts(pod: PodModel): readonly ReservedPort[] {
  const moved = movedPorts(pod)
  return moved.size === 0
    ? SIDECAR_PORTS
    : SIDECAR_PORTS.map(each => ({...each, port: moved.get(each.port) ?? each.port}))
}

/** The ports the mesh itself holds in a pod of that mode; where the pod's settings move one, the other is free. */
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

/** The uid and gid whose traffic the rules leave alone: `-u`/`-g` of istio-init, else the sidecar's own, else 1337 (istio-iptables flags). */
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

/** True for an init container that runs while the CNI's capture is in place and the proxy is not: the proxy's user is its documented way out (istio.io, CNI). */
export function runsBeforeProxy(container: Container, pod: PodModel, cniInUse: boolean): boolean {
  return cniInUse && container.role === 'init' && injectedContainer(pod, 'istio-proxy')?.role !== 'native-sidecar'
}
