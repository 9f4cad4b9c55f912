import {PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {injectedContainer, type PodModel} from '../../model/kube/pod.js'
import {argumentOf} from './arguments.js'

const PORT = /^\d{1,5}$/

function number(text: string | undefined): number | undefined {
  return text !== undefined && PORT.test(text) ? Number(text) : undefined
}

/** A field of the proxy's configuration, as injection wrote it (PROXY_CONFIG) or from the annotation. */
function configured(pod: PodModel, field: string): number | undefined {
  const texts = [injectedContainer(pod, 'istio-proxy')?.env.PROXY_CONFIG, pod.annotations[PROXY_CONFIG_ANNOTATION]]
  const found = texts.map(text => new RegExp(`"?${field}"?\\s*:\\s*(\\d{1,5})\\b`).exec(text ?? '')?.[1])
  return number(found.find(each => each !== undefined))
}

/**
 * Sidecar ports that the pod's settings change, by their default number: capture (`-p`, `-z` of istio-iptables), the agent
 * (annotation status.sidecar.istio.io/port, statusPort) and Envoy's admin page (proxyAdminPort).
 */
export function movedPorts(pod: PodModel): ReadonlyMap<number, number> {
  const rules = injectedContainer(pod, 'istio-init') ?? injectedContainer(pod, 'istio-validation')
  const moves: readonly (readonly [number, number | undefined])[] = [
    [15000, configured(pod, 'proxyAdminPort')],
    [15001, number(argumentOf(rules, '-p', '--envoy-port'))],
    [15006, number(argumentOf(rules, '-z', '--inbound-capture-port'))],
    [15020, number(pod.annotations['status.sidecar.istio.io/port']) ?? configured(pod, 'statusPort')],
  ]
  return new Map(moves.filter((move): move is [number, number] => move[1] !== undefined && move[1] !== move[0]))
}
