import {type ComparedRule, isMismatch} from '../../../analysis/traffic-policy/presence.js'
import type {ServiceDescription} from './traffic.js'

function sentences(kind: string, rules: readonly ComparedRule[], subject: string): readonly string[] {
  return rules.filter(isMismatch).map(({name, because}) => `${kind} ${name}${subject}: ${because}`)
}

/** Every difference between the objects and the proxy's own configuration, one sentence each. */
export function disagreements(
  services: readonly ServiceDescription[],
  policies: readonly ComparedRule[],
): readonly string[] {
  const all = services.flatMap(({service: {object}, inProxy, ports, exposed}) => [
    ...sentences('DestinationRule', inProxy.destinationRules, ` for ${object.name}`),
    ...sentences('VirtualService', inProxy.virtualServices, ` for ${object.name}`),
    ...ports.flatMap(({target, mtls, detected}) =>
      mtls === undefined || detected === undefined || mtls.mode === detected.mtls
        ? []
        : [
            `port ${target}: policies require mTLS ${mtls.mode}, but the proxy applies ${detected.mtls}: its config is stale`,
          ],
    ),
    ...exposed
      .filter(({inProxy: there}) => there === false)
      .map(
        ({by, pod}) =>
          `VirtualService ${by}: gateway ${pod} has no route from it: its hosts do not match the Gateway's hosts, or the proxy's config is stale`,
      ),
  ])
  return [...new Set([...all, ...sentences('AuthorizationPolicy', policies, '')])]
}
