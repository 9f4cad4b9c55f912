import type {AskedRequest} from '../../analysis/authorization/asked.js'
import {decideByObjects} from '../../analysis/authorization/decide.js'
import {policiesAtWaypoint} from '../../analysis/authorization/waypoint.js'
import {decideAtZtunnel} from '../../analysis/authorization/ztunnel.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import type {TrafficRequest} from '../../formats/traffic/parse.js'
import {serverMode} from '../../istiod/mtls.js'
import {inEveryTrustDomain} from '../../istiod/rbac/trust-domains.js'
import type {RegisteredHost} from '../../istiod/registry.js'
import type {IstioState} from '../../istiod/state.js'
import {WAYPOINT_LABEL} from '../../model/mesh-keys.js'

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
  const name = host?.labels[WAYPOINT_LABEL] ?? namespaceLabels[WAYPOINT_LABEL]
  if (host === undefined || name === undefined || name === 'none') return undefined
  return {host, name, namespace: host.labels[`${WAYPOINT_LABEL}-namespace`] ?? host.namespace}
}

/** Why the ambient data plane refuses a request by the objects (waypoint, then ztunnel); undefined when it takes it. */
export function refusedByAmbient(state: IstioState, arrival: AmbientArrival): AmbientRefusal | undefined {
  const {from, to, port, request} = arrival
  const {rootNamespace, trustDomains} = state.settings
  const setting = {
    twins: (principal: string) => inEveryTrustDomain(principal, trustDomains),
    provider: () => undefined,
  }
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
  if (waypoint !== undefined) {
    const {host, name, namespace} = waypoint
    const subject = {namespace, waypoint: name, service: host.name, serviceNamespace: host.namespace}
    const policies = policiesAtWaypoint(subject, state.authorizations, rootNamespace)
    const {verdict, because, by} = decideByObjects(policies, asked, setting)
    if (verdict === 'denied')
      return {because: `waypoint ${name}: ${because}`, policy: by?.key ?? 'none', status: request.tcp ? undefined : 403}
  }
  const shown = waypoint === undefined ? own : identityOf(state, waypoint.namespace, waypoint.name)
  if (shown === null && serverMode(state, to.ref.namespace, to.labels, port) === 'STRICT')
    return {
      because: `ztunnel accepts only mTLS for ${to.ref.name}, and gets plaintext`,
      policy: null,
      status: undefined,
    }
  const subject = {namespace: to.ref.namespace, labels: to.labels}
  const decision = decideAtZtunnel(subject, state.authorizations, rootNamespace, {...asked, identity: shown}, setting)
  return decision.verdict === 'denied'
    ? {because: `ztunnel: ${decision.because}`, policy: decision.by?.key ?? 'none', status: undefined}
    : undefined
}
