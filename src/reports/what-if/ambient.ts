import type {AskedRequest} from '../../analysis/authorization/asked.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import type {TrafficRequest} from '../../formats/traffic/parse.js'
import {decideInAmbient} from '../../istiod/ambient/verdict.js'
import {decisionSetting} from '../../istiod/authorizers.js'
import type {RegisteredHost} from '../../istiod/registry.js'
import type {IstioState} from '../../istiod/state.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {namedWaypoint} from '../../model/istio/waypoint.js'

/** A request on its way to an ambient pod. */
export interface AmbientArrival {
  readonly from: MeshPod
  readonly to: MeshPod
  readonly port: number
  readonly request: TrafficRequest
  readonly namespaceLabels: Readonly<Record<string, string>>
}

export interface AmbientRefusal {
  readonly because: string
  readonly policy: string | null
  /** What an HTTP client gets; undefined where the connection closes. */
  readonly status: number | undefined
}

function identityOf(state: IstioState, namespace: string, account: string): string {
  return `spiffe://${state.settings.trustDomains[0] ?? 'cluster.local'}/ns/${namespace}/sa/${account}`
}

/** The waypoint in front of the Service a request was sent to, when its sender is in the ambient mesh. */
function waypointOf(state: IstioState, {from, request, namespaceLabels}: AmbientArrival) {
  if (from.mode !== 'ambient') return undefined
  const host: RegisteredHost | undefined = state.hosts.find(each => each.addresses.includes(request.address))
  const named = host === undefined ? undefined : namedWaypoint(host.labels, namespaceLabels, host.namespace)
  return host === undefined || named === undefined ? undefined : {host, ...named}
}

/** Why the ambient data plane refuses a request by the objects (waypoint, then ztunnel); undefined when it takes it. */
export function refusedByAmbient(state: IstioState, arrival: AmbientArrival): AmbientRefusal | undefined {
  const {from, to, port, request} = arrival
  const setting = {...decisionSetting(state), provider: () => undefined}
  const own = from.mode === 'ambient' ? identityOf(state, from.ref.namespace, from.serviceAccount) : null
  const ip = from.addresses[0]
  const asked: AskedRequest = {
    tcp: request.tcp,
    identity: own,
    directIp: ip,
    remoteIp: ip,
    destinationIp: to.addresses[0],
    port,
    sni: undefined,
    host: request.host,
    method: request.method,
    path: request.path.replace(/[?#].*$/s, ''),
    headers: request.headers,
    claims: null,
  }
  const waypoint = waypointOf(state, arrival)
  const through =
    waypoint === undefined
      ? undefined
      : {
          waypoint: {...waypoint, gatewayClass: 'istio-waypoint', destination: ''},
          service: {name: waypoint.host.name, namespace: waypoint.host.namespace, port},
          identity: identityOf(state, waypoint.namespace, waypoint.name),
        }
  const server = {namespace: to.ref.namespace, labels: to.labels}
  const {where, decision} = decideInAmbient(state, {asked, server, ...definedFields({through})}, setting)
  if (decision.verdict !== 'denied') return undefined
  const byMode = decision.by === undefined && decision.rules.length === 0 && own === null
  return {
    because: `${where}: ${decision.because}`,
    policy: decision.by?.key ?? (byMode ? null : 'none'),
    // A waypoint whose connection ztunnel refuses answers its client itself (recorded: 503 UC).
    status: request.tcp ? undefined : where !== 'ztunnel' ? 403 : through === undefined ? undefined : 503,
  }
}
