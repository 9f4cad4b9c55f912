import {type AuthorizationDecision, label} from '../../analysis/authorization/decide.js'
import {principalProblem} from '../../analysis/authorization/principal.js'
import {rulesWithoutEffect} from '../../analysis/authorization/ztunnel.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import type {PresentState} from '../../evidence/predicted-mesh/present.js'
import type {Pair} from '../../istiod/mtls-pair.js'
import type {RegisteredEndpoint, RegisteredHost, RegisteredPort} from '../../istiod/registry.js'
import type {AuthorizationRule} from '../../model/istio/authorization.js'
import {podLabel} from '../../model/kube/kube-object.js'

/** A pod that is asked, by one port of a host. */
export interface Target {
  readonly pod: MeshPod
  readonly endpoint: RegisteredEndpoint
  readonly host: RegisteredHost
  readonly port: RegisteredPort
}

/** How a request arrives at a server. */
export interface Arrival {
  readonly identity: string | null
  readonly ip: string | undefined
  readonly pair: Pair | undefined
}

/** The principals of a rule that no client can have, and why. */
function neverMatching(rule: AuthorizationRule | undefined): readonly string[] {
  const values = (rule?.from ?? []).flatMap(({principals}) => [
    ...(principals?.values ?? []),
    ...(principals?.notValues ?? []),
  ])
  return values.flatMap(value => {
    const problem = principalProblem(value)
    return problem === undefined ? [] : [`${value} never matches: ${problem}`]
  })
}

/** What makes the verdict of a pod, or its policies, other than it looks. */
export function warningsOf(decision: AuthorizationDecision, arrival: Arrival, target: Target): readonly string[] {
  const {pair, identity} = arrival
  const fields = decision.rules.flatMap(({policy, ignored, dropped, index}) => [
    ...(ignored.length === 0
      ? []
      : [`${label({policy, index})}: ${ignored.join(', ')} do not count on TCP: the rule is wider than it looks`]),
    ...(dropped === undefined ? [] : [`${label({policy, index})}: ${dropped}`]),
  ])
  const asksIdentity = decision.rules.some(({from, when}) =>
    [...from.flatMap(each => each.checks), ...when].some(({key}) =>
      /principal|namespace|serviceAccount|trustDomain/i.test(key),
    ),
  )
  const principals = decision.rules.flatMap(({policy, index}) =>
    neverMatching(policy.rules[index]).map(each => `${label({policy, index})}: ${each}`),
  )
  return [
    ...(pair?.status === 'CONFLICT' ? [`the connection fails before any policy is asked: ${pair.because}`] : []),
    ...(identity === null && asksIdentity
      ? [
          'policies require an identity, and this client presents none (no mTLS): principals never match, notPrincipals always do',
        ]
      : []),
    ...fields,
    ...principals,
    ...(['sidecar', 'gateway', 'ambient'].includes(target.pod.mode)
      ? []
      : [`${podLabel(target.pod.ref)} has no sidecar: nothing enforces its policies`]),
  ]
}

/** The rules that HTTP fields keep from ever matching at the ztunnel of an ambient pod. */
export function ztunnelWarnings({state}: PresentState, {pod}: Target): readonly string[] {
  const subject = {namespace: pod.ref.namespace, labels: pod.labels}
  return rulesWithoutEffect(subject, state.authorizations, state.settings.rootNamespace).map(
    ({policy, index, fields}) =>
      `${label({policy, index})} (${policy.action}): ztunnel does not know ${fields.join(', ')}, so the rule never matches there`,
  )
}
