import {isObject} from '../../../formats/decode.js'
import {PROXY_CONFIG_ANNOTATION} from '../../../model/istio/mesh-keys.js'
import type {Container, PodModel} from '../../../model/kube/pod.js'
import {documentIn} from '../api/document-in.js'

/** Istio names the proxy's container the same in sidecars, gateways, waypoints and ztunnel. */
const PROXY = 'istio-proxy'

/** The container Envoy runs in, wherever the pod keeps it: a native sidecar is an init container. */
export function proxyContainer(pod: PodModel): Container | undefined {
  return pod.containers.find(each => each.name === PROXY)
}

/** Containers a command may be tried in: the proxy first, then the running ones, the most privileged first. */
export function execContainers(pod: PodModel, needsNetAdmin: boolean): readonly string[] {
  const running = pod.containers.filter(each => each.state?.state === 'running')
  const capable = running.filter(isCapable)
  const proxy = running.filter(each => each.name === PROXY)
  // Without the privilege the others would only repeat the refusal; they are tried only if there is no proxy.
  const best = [...capable, ...proxy]
  const order = !needsNetAdmin ? [...proxy, ...running] : best.length > 0 ? best : running
  return [...new Set(order.map(each => each.name))]
}

/** True if the spec grants what reading iptables rules requires: privileged, or NET_ADMIN added. */
function isCapable(container: Container): boolean {
  const {privileged, addedCapabilities} = container.security
  return privileged === true || addedCapabilities.includes('NET_ADMIN') || addedCapabilities.includes('ALL')
}

/** The admin port in the proxy config of this pod (proxyAdminPort), if set. */
export async function namedAdminPort(pod: PodModel): Promise<number | undefined> {
  const texts = [proxyContainer(pod)?.env.PROXY_CONFIG, pod.annotations[PROXY_CONFIG_ANNOTATION]]
  for (const text of texts) {
    const {value} = text === undefined ? {value: undefined} : await documentIn(text)
    const port = isObject(value) ? value.proxyAdminPort : undefined
    if (typeof port === 'number' && port > 0 && port < 65_536) return port
  }
  return undefined
}

/** The state of the proxy's container as text: state, reason, and how it last exited. */
export function containerWords(container: Container): string {
  const {state} = container
  if (state === undefined) return `container ${container.name} has not been created yet`
  const why = [state.reason, state.exitCode === undefined ? undefined : `exit code ${state.exitCode}`, state.message]
  const because = why.filter(each => each !== undefined).join(', ')
  const now = `container ${container.name} is ${state.state}${because === '' ? '' : ` (${because})`}`
  const ready = state.state === 'running' && !state.ready ? ' but not ready' : ''
  const last =
    state.lastReason === undefined && state.lastExitCode === undefined
      ? ''
      : `; it last exited with ${[state.lastReason, state.lastExitCode === undefined ? undefined : `exit code ${state.lastExitCode}`].filter(each => each !== undefined).join(', ')}`
  const restarts = state.restarts === 0 ? '' : `; ${state.restarts} restarts`
  return `${now}${ready}${last}${restarts}`
}
