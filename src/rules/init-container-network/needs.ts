import {type NetworkCall, networkCalls} from '../../analysis/command-line/network-calls.js'
import {proxyIds} from '../../analysis/pod-mode/pod-mode.js'
import type {Proof} from '../../model/finding.js'
import {type Container, injectedContainer, type PodModel} from '../../model/kube/pod.js'
import {commaList} from '../../model/text/comma-list.js'
import {Inconclusive} from '../rule.js'

const EXCLUDED_PORTS = 'traffic.sidecar.istio.io/excludeOutboundPorts'
const EXCLUDED_RANGES = 'traffic.sidecar.istio.io/excludeOutboundIPRanges'

/** An init container that needs the network, and how that is known. */
export interface InitNeed {
  readonly container: Container
  readonly what: string
  /** False where its server may be in the pod itself. */
  readonly certain: boolean
  readonly proof: readonly Proof[]
}

/** The status of a container that failed, or that restarts; undefined while nothing went wrong. */
function failure({name, state}: Container): Proof | undefined {
  const code = state?.state === 'terminated' ? state.exitCode : state?.lastExitCode
  if (state === undefined || code === undefined || code === 0) return undefined
  return {
    from: `status of container ${name}`,
    text: `exit code ${code}, ${state.restarts} restarts, now ${state.state}`,
  }
}

function waitsForInit(pod: PodModel): boolean {
  const state = injectedContainer(pod, 'istio-proxy')?.state
  return state?.state === 'waiting' && state.reason === 'PodInitializing'
}

function callText({program, host, where}: NetworkCall): string {
  return host === undefined ? `runs ${program}` : where === 'unknown' ? `runs ${program} to ${host}` : `calls ${host}`
}

function isExcluded({host, port}: NetworkCall, pod: PodModel, name: string): boolean {
  if (port !== undefined && commaList(pod.annotations[EXCLUDED_PORTS]).includes(String(port))) return true
  if (commaList(pod.annotations[EXCLUDED_RANGES]).length > 0)
    throw new Inconclusive(
      `it is unknown whether ${host ?? 'the server'}, which ${name} calls, is in the excluded ranges`,
    )
  return false
}

function needOf(pod: PodModel, container: Container): InitNeed | undefined {
  // One that succeeded did not need what it could not have.
  if (container.state?.state === 'terminated' && container.state.exitCode === 0) return undefined
  const failed = failure(container)
  const proof = failed === undefined ? [] : [failed]
  const calls = networkCalls(container, pod.status?.podIps ?? []).filter(
    call => call.where !== 'own' && !isExcluded(call, pod, container.name),
  )
  const call = calls.find(({where}) => where === 'remote') ?? calls[0]
  if (call !== undefined)
    return {container, what: callText(call), certain: call.where === 'remote' || failed !== undefined, proof}
  return failed !== undefined && waitsForInit(pod)
    ? {container, what: 'it fails, and may need the network', certain: true, proof}
    : undefined
}

/** The init containers of the application that need the network and do not bypass capture as the proxy's uid or gid. */
export function initNeeds(pod: PodModel): readonly InitNeed[] {
  const {uids, gids} = proxyIds(pod)
  return pod.containers
    .filter(({role, injected}) => role === 'init' && !injected)
    .filter(({security}) => !uids.includes(security.runAsUser ?? pod.security.runAsUser ?? -1))
    .filter(({security}) => !gids.includes(security.runAsGroup ?? pod.security.runAsGroup ?? -1))
    .flatMap(container => needOf(pod, container) ?? [])
}
