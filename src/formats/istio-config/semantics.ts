import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {authorizationPolicyErrors} from './semantics/authorization-policy.js'
import {destinationRuleErrors} from './semantics/destination-rule.js'
import {gatewayErrors} from './semantics/gateway.js'
import {envoyFilterErrors, peerAuthenticationErrors, requestAuthenticationErrors} from './semantics/others.js'
import type {Problem} from './semantics/problem.js'
import {serviceEntryErrors} from './semantics/service-entry.js'
import {sidecarErrors} from './semantics/sidecar.js'
import {virtualServiceErrors} from './semantics/virtual-service.js'

/** The checks of istiod's webhook by kind (istio.io, pkg/config/validation), over the spec of an object. */
const CHECKS: Readonly<Record<string, (spec: unknown) => readonly Problem[]>> = {
  AuthorizationPolicy: authorizationPolicyErrors,
  DestinationRule: destinationRuleErrors,
  EnvoyFilter: envoyFilterErrors,
  Gateway: gatewayErrors,
  PeerAuthentication: peerAuthenticationErrors,
  RequestAuthentication: requestAuthenticationErrors,
  ServiceEntry: serviceEntryErrors,
  Sidecar: sidecarErrors,
  VirtualService: virtualServiceErrors,
}

/** What istiod's webhook rejects in an object, besides what its schema does not allow. */
export function semanticErrors({kind, raw}: ConfigObject): readonly Problem[] {
  const check = Object.hasOwn(CHECKS, kind) ? CHECKS[kind] : undefined
  return check?.(raw.spec ?? {}) ?? []
}
