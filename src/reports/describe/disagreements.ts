import {disagrees, type StandingRule} from '../../analysis/traffic-policy/standing.js'
import type {ServiceDescription} from './traffic.js'

function sentences(kind: string, rules: readonly StandingRule[], subject: string): readonly string[] {
  return rules.filter(disagrees).map(({name, because}) => `${kind} ${name}${subject}: ${because}`)
}

/** Everything in which the objects and the proxy's own configuration differ, a sentence each. */
export function disagreements(
  services: readonly ServiceDescription[],
  policies: readonly StandingRule[],
): readonly string[] {
  const all = services.flatMap(({service: {object}, inProxy, ports, exposed}) => [
    ...sentences('DestinationRule', inProxy.destinationRules, ` for ${object.name}`),
    ...sentences('VirtualService', inProxy.virtualServices, ` for ${object.name}`),
    ...ports.flatMap(({target, mtls, detected}) =>
      mtls === undefined || detected === undefined || mtls.mode === detected.mtls
        ? []
        : [`port ${target}: the policies ask for mTLS ${mtls.mode}, the proxy does ${detected.mtls}: it is stale`],
    ),
    ...exposed
      .filter(({inProxy: there}) => there === false)
      .map(
        ({by, pod}) =>
          `VirtualService ${by}: the gateway ${pod} has no route of it: its hosts do not meet those of the Gateway, or the proxy is stale`,
      ),
  ])
  return [...new Set([...all, ...sentences('AuthorizationPolicy', policies, '')])]
}
