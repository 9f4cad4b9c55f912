import type {NetworkPolicyModel, PolicyPeer, PolicyPort} from '../../model/network-policy.js'
import type {PodModel} from '../../model/pod.js'
import {type Labels, matchesLabels} from '../../model/selector.js'

/** What a pod wants to be let through. */
export interface Passage {
  readonly direction: 'ingress' | 'egress'
  readonly protocol: 'TCP' | 'UDP'
  readonly port: number
  /** The namespace of the other end and its labels, where known; anybody when absent. */
  readonly peer?: {readonly namespace: string; readonly labels?: Labels}
}

/** A port by name means whatever the pod at the other end calls so: it may be the one. */
function mayMean({protocol, port, endPort}: PolicyPort, wanted: Passage): boolean {
  if (protocol !== wanted.protocol) return false
  if (typeof port !== 'number') return true
  return endPort === undefined ? port === wanted.port : port <= wanted.port && wanted.port <= endPort
}

/** Addresses and labels of pods are not compared: they may be those of the other end. */
function mayBe({pods, namespaces, cidr}: PolicyPeer, home: string, {peer}: Passage): boolean {
  if (peer === undefined || cidr !== undefined) return true
  if (namespaces !== undefined) return peer.labels === undefined || matchesLabels(namespaces, peer.labels)
  return pods === undefined || home === peer.namespace
}

/**
 * The policies that surely keep a pod from something: those that select the pod and speak of that direction, when no rule of any of them can
 * let it through (policies add up: kubernetes.io, Network Policies). None when nothing selects the pod, or some rule may let it through.
 */
export function blockedBy(
  pod: PodModel,
  policies: readonly NetworkPolicyModel[],
  wanted: Passage,
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
        (ports.length === 0 || ports.some(port => mayMean(port, wanted))) &&
        (peers.length === 0 || peers.some(peer => mayBe(peer, home, wanted))),
    )
  return open ? [] : selecting
}
