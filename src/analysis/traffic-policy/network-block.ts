import type {NetworkPolicyModel} from '../../model/kube/network-policy.js'
import type {ObjectRef} from '../../model/kube/pod.js'
import type {PolicyEnforcement} from './network-plugin.js'
import {networkPolicyVerdict, type PolicyEnd, policyNames} from './network-policy-verdict.js'

/** NetworkPolicies that let no connection through, or whose verdict is not known. */
export type NetworkBlock =
  | {
      readonly kind: 'blocked'
      readonly object: ObjectRef
      readonly field: 'spec.ingress' | 'spec.egress'
      readonly because: string
      /** What it depends on, as a clause after `if`. */
      readonly condition: string | undefined
    }
  | {readonly kind: 'unknown'; readonly because: string}

/** One end of a connection: its name for people, and what policies see of it. */
export interface ConnectionEnd extends PolicyEnd {
  readonly label: string
  /** Numbers of the TCP ports that its containers name; undefined where its object was not read. */
  readonly namedPorts?: ReadonlyMap<string, number> | undefined
}

/** What decides whether NetworkPolicies stop connections in a cluster. */
export interface PolicedNetwork {
  readonly policies: readonly NetworkPolicyModel[]
  readonly enforcement: PolicyEnforcement
}

function conditionOf({enforcement}: PolicedNetwork, policies: readonly NetworkPolicyModel[], from: ConnectionEnd) {
  const byAddress = policies
    .flatMap(({ingress = []}) => ingress)
    .some(({peers}) => peers.some(({cidr}) => cidr !== undefined))
  return [
    ...(enforcement.kind === 'unknown' ? ["the cluster's network plugin enforces NetworkPolicies"] : []),
    // A node port or load balancer may replace the address (kubernetes.io, "Network Policies", ipBlock).
    ...(from.namespace === undefined && byAddress ? ['the address of the client arrives unchanged'] : []),
  ].join(' and ')
}

/** The NetworkPolicies that stop a TCP connection to a port of an address; undefined where none does, or the network plugin enforces none. */
export function networkBlock(
  network: PolicedNetwork,
  from: ConnectionEnd,
  to: ConnectionEnd,
  port: number,
): NetworkBlock | undefined {
  if (network.enforcement.kind === 'ignores') return undefined
  const {allowed, direction, policies} = networkPolicyVerdict(network.policies, {from, to, port})
  if (allowed === true) return undefined
  const names = policyNames(policies)
  if (allowed === undefined)
    return {
      kind: 'unknown',
      because: `NetworkPolicy ${names} names ports, and the pod whose numbers they stand for was not read`,
    }
  const [first] = policies
  if (first === undefined) return undefined
  const condition = conditionOf(network, direction === 'ingress' ? policies : [], from)
  const enforced = network.enforcement.kind === 'enforces' ? ` (${network.enforcement.plugin} enforces it)` : ''
  return {
    kind: 'blocked',
    object: first.object,
    field: `spec.${direction}`,
    because: `NetworkPolicy ${names} lets no connection from ${from.label} to ${to.label} port ${port} through${enforced}`,
    condition: condition === '' ? undefined : condition,
  }
}
