import type {ConfigObject} from '../../../model/istio-config/config-object.js'
import {authorizationPolicyErrors} from './authorization-policy.js'
import {destinationRuleErrors} from './destination-rule.js'
import {gatewayErrors} from './gateway.js'
import {
  envoyFilterErrors,
  peerAuthenticationErrors,
  requestAuthenticationErrors,
  telemetryErrors,
  workloadEntryErrors,
  workloadGroupErrors,
} from './others.js'
import type {Problem} from './problem.js'
import {serviceEntryErrors} from './service-entry.js'
import {sidecarErrors} from './sidecar.js'
import {virtualServiceErrors} from './virtual-service.js'

/** The checks of istiod's webhook by kind (istio.io, pkg/config/validation), over the spec of an object and its namespace. */
const CHECKS: Readonly<Record<string, (spec: unknown, namespace: string) => readonly Problem[]>> = {
  AuthorizationPolicy: authorizationPolicyErrors,
  DestinationRule: destinationRuleErrors,
  EnvoyFilter: envoyFilterErrors,
  Gateway: gatewayErrors,
  PeerAuthentication: peerAuthenticationErrors,
  RequestAuthentication: requestAuthenticationErrors,
  ServiceEntry: serviceEntryErrors,
  Sidecar: sidecarErrors,
  Telemetry: telemetryErrors,
  VirtualService: virtualServiceErrors,
  WorkloadEntry: workloadEntryErrors,
  WorkloadGroup: workloadGroupErrors,
}

/** What istiod's webhook rejects in an object, besides what its schema does not allow. */
export function semanticErrors({kind, raw, ref}: ConfigObject): readonly Problem[] {
  const check = Object.hasOwn(CHECKS, kind) ? CHECKS[kind] : undefined
  return check?.(raw.spec ?? {}, ref.namespace) ?? []
}
