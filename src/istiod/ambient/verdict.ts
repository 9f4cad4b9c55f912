import type {AskedRequest} from '../../analysis/authorization/asked.js'
import {type AuthorizationDecision, type DecisionSetting, decideByObjects} from '../../analysis/authorization/decide.js'
import {policiesAtWaypoint} from '../../analysis/authorization/waypoint.js'
import {decideAtZtunnel} from '../../analysis/authorization/ztunnel.js'
import type {Labels} from '../../model/kube/selector.js'
import {serverMode} from '../mtls.js'
import type {IstioState} from '../state.js'
import type {WaypointPlace} from './waypoint-proxy.js'

/** A request for a pod in ambient mode. */
export interface AmbientRequest {
  /** As its sender makes it; the port is that of the pod. */
  readonly asked: AskedRequest
  readonly server: {readonly namespace: string; readonly labels: Labels}
  /** The waypoint it goes through, with the Service it serves; absent for one that bypasses it. */
  readonly through?: {
    readonly waypoint: WaypointPlace
    readonly service: {readonly name: string; readonly namespace: string; readonly port: number}
    /** The identity the waypoint shows to ztunnel. */
    readonly identity: string
  }
}

/** Who decides, and what. */
export interface AmbientDecision {
  /** `waypoint NAME` or `ztunnel`. */
  readonly where: string
  readonly decision: AuthorizationDecision
}

/** What the waypoint says by its HTTP policies, then ztunnel by mode and L4 policies: the first that does not allow, else ztunnel. */
export function decideInAmbient(
  state: IstioState,
  {asked, server, through}: AmbientRequest,
  setting: DecisionSetting,
): AmbientDecision {
  const root = state.settings.rootNamespace
  if (through !== undefined) {
    const {waypoint, service} = through
    const subject = {
      namespace: waypoint.namespace,
      waypoint: waypoint.name,
      gatewayClass: waypoint.gatewayClass,
      service: service.name,
      serviceNamespace: service.namespace,
    }
    const policies = policiesAtWaypoint(subject, state.authorizations, root)
    const decision = decideByObjects(policies, {...asked, port: service.port}, setting)
    if (decision.verdict !== 'allowed') return {where: `waypoint ${waypoint.name}.${waypoint.namespace}`, decision}
  }
  const identity = through === undefined ? asked.identity : through.identity
  if (identity === null && serverMode(state, server.namespace, server.labels, asked.port ?? 0) === 'STRICT') {
    const because = 'the mode is STRICT: ztunnel closes connections without an identity'
    return {where: 'ztunnel', decision: {verdict: 'denied', because, by: undefined, provider: undefined, rules: []}}
  }
  const decision = decideAtZtunnel(server, state.authorizations, root, {...asked, identity}, setting)
  return {where: 'ztunnel', decision}
}
