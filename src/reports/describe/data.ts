import type {PeerMode} from '../../analysis/traffic-policy/peer-mode.js'
import type {PeerPolicies} from '../../analysis/traffic-policy/peer-policies.js'
import type {ComparedRule} from '../../analysis/traffic-policy/presence.js'
import type {ObjectRef} from '../../model/kube/pod.js'
import type {AppliedPolicy} from './report.js'
import type {ProxyView} from './traffic/in-proxy.js'
import type {ServiceDescription} from './traffic/traffic.js'

function named({namespace, name}: ObjectRef): {readonly namespace: string; readonly name: string} {
  return {namespace, name}
}

function presenceOf(rules: readonly ComparedRule[], {namespace, name}: ObjectRef): string {
  return rules.find(each => each.name === `${name}.${namespace}`)?.standing ?? 'unknown'
}

/** A mode with the policy that decides it; null when it is not known, `by: null` when it is the default. */
function modeData(mode: PeerMode | undefined): unknown {
  return mode === undefined ? null : {mode: mode.mode, by: mode.by === undefined ? null : named(mode.by)}
}

/** A Service for programs; null stands for what could not be checked. */
export function serviceData(description: ServiceDescription): unknown {
  const {service, guard, ports, destinationRules, virtualServices, exposed, waypoint, inProxy} = description
  return {
    ...named(service.object),
    type: service.type,
    headless: service.headless,
    guardedBy: guard,
    ports: ports.map(({port, target, protocol, detected, unserved, mtls}) => ({
      port: port.port,
      name: port.name ?? null,
      transport: port.protocol,
      targetPort: target ?? null,
      protocol,
      inProxy: detected === undefined ? null : {protocol: detected.protocol, mtls: detected.mtls},
      unknownToProxy: unserved,
      mtls: modeData(mtls),
    })),
    destinationRules:
      destinationRules?.map(({rule, matching, others}) => ({
        ...named(rule.object),
        host: rule.host,
        matchingSubsets: matching,
        otherSubsets: others,
        settings: rule.settings,
        standing: presenceOf(inProxy.destinationRules, rule.object),
      })) ?? null,
    virtualServices:
      virtualServices?.map(({virtualService, gateways, shares}) => ({
        ...named(virtualService.object),
        hosts: virtualService.hosts,
        gateways,
        standing: presenceOf(inProxy.virtualServices, virtualService.object),
        routes: shares.map(({route, targets, others}) => ({
          protocol: route.protocol,
          matches: route.matches,
          targets,
          otherTargets: others,
          extras: route.extras,
        })),
      })) ?? null,
    inProxy,
    waypoint:
      waypoint === undefined ? null : {...waypoint, policies: waypoint.policies.map(({object}) => named(object))},
    exposedBy: exposed.map(({gateway, gatewayKnown, ...rest}) => ({
      ...rest,
      gateway: gateway === undefined ? null : named(gateway.object),
      servers: gateway?.servers ?? [],
      gatewayExists: gateway !== undefined ? true : gatewayKnown ? false : null,
    })),
  }
}

/** What a pod demands of its callers, for programs. */
export function peersData({workload, ports, policies}: PeerPolicies): unknown {
  return {
    workload: modeData(workload),
    ports: ports.map(({port, ...mode}) => ({port, mode: mode.mode, by: mode.by === undefined ? null : named(mode.by)})),
    policies: policies.map(({object, ...rest}) => ({...named(object), ...rest})),
  }
}

/** Policies for programs. */
export function policiesData(policies: readonly AppliedPolicy[] | undefined): unknown {
  return policies?.map(({object, atZtunnel: _, ...rest}) => ({...named(object), ...rest})) ?? null
}

/** What the proxy itself was made from; null when it could not be read. */
export function proxyData(view: ProxyView | undefined): unknown {
  if (view === undefined) return null
  const {inbound, policies, destinationRules, virtualServices} = view
  return {
    inbound: inbound ?? null,
    authorizationPolicies: policies ?? null,
    destinationRules: destinationRules ?? null,
    virtualServices: virtualServices ?? null,
  }
}
