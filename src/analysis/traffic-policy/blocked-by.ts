import type {NetworkPolicyModel, PolicyPeer, PolicyPort} from '../../model/kube/network-policy.js'
import type {PodModel} from '../../model/kube/pod.js'
import {type Labels, matchesLabels, type Requirement} from '../../model/kube/selector.js'

/** Traffic to or from a pod that NetworkPolicies must allow. */
export interface PolicyTraffic {
  readonly direction: 'ingress' | 'egress'
  readonly protocol: 'TCP' | 'UDP'
  readonly port: number
  /** The namespace of the other end and its labels, where known; absent means any peer. */
  readonly peer?: {readonly namespace: string; readonly labels?: Labels}
}

/** A named port is resolved in the pod at the other end, so it may match. */
function mayMatchPort({protocol, port, endPort}: PolicyPort, wanted: PolicyTraffic): boolean {
  if (protocol !== wanted.protocol) return false
  if (typeof port !== 'number') return true
  return endPort === undefined ? port === wanted.port : port <= wanted.port && wanted.port <= endPort
}

/** The label that the API server sets on every Namespace to its name (kubernetes.io, "Automatic labelling"). */
const NAME_LABEL = 'kubernetes.io/metadata.name'

/** What is known of the namespace's labels is enough to say that the selector does not match: its name always, others where they were read. */
function cannotMatch(
  namespaces: readonly Requirement[],
  {namespace, labels}: NonNullable<PolicyTraffic['peer']>,
): boolean {
  const known = {...labels, [NAME_LABEL]: namespace}
  return !matchesLabels(labels === undefined ? namespaces.filter(({key}) => key === NAME_LABEL) : namespaces, known)
}

/** Addresses and pod labels of the peer are unknown, so they may match. */
function mayMatchPeer({pods, namespaces, cidr}: PolicyPeer, home: string, {peer}: PolicyTraffic): boolean {
  if (peer === undefined || cidr !== undefined) return true
  if (namespaces !== undefined) return !cannotMatch(namespaces, peer)
  return pods === undefined || home === peer.namespace
}

/**
 * The policies that certainly block the traffic: those that select the pod for that direction, when no rule of any of them can allow it
 * (policies are additive: kubernetes.io, Network Policies). Empty when no policy selects the pod, or some rule may allow the traffic.
 */
export function blockedBy(
  pod: PodModel,
  policies: readonly NetworkPolicyModel[],
  wanted: PolicyTraffic,
): readonly NetworkPolicyModel[] {
  const home = pod.object.namespace
  const selecting = policies.filter(
    ({object, pods, [wanted.direction]: rules}) =>
      object.namespace === home && rules !== undefined && matchesLabels(pods, pod.labels),
  )
  const open = selecting
    .flatMap(({[wanted.direction]: rules = []}) => rules)
    .some(
      ({peers, ports}) =>
        (ports.length === 0 || ports.some(port => mayMatchPort(port, wanted))) &&
        (peers.length === 0 || peers.some(peer => mayMatchPeer(peer, home, wanted))),
    )
  return open ? [] : selecting
}
