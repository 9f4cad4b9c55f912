import type {ObjectRef} from './pod.js'
import type {Requirement} from './selector.js'

/** Who is at the other end: pods and namespaces by label, or addresses. */
export interface PolicyPeer {
  /** Pods of the policy's own namespace when no namespaces are named. */
  readonly pods?: readonly Requirement[]
  readonly namespaces?: readonly Requirement[]
  readonly cidr?: string
  /** Ranges within `cidr` that are left out. */
  readonly exceptions?: readonly string[]
}

/** Ports a rule lets through: every port of the protocol when none is given, a range when it has an end. */
export interface PolicyPort {
  readonly protocol: string
  readonly port?: number | string
  readonly endPort?: number
}

/** The allowed traffic; without peers from or to any peer, without ports on any port. */
export interface NetworkPolicyRule {
  readonly peers: readonly PolicyPeer[]
  readonly ports: readonly PolicyPort[]
}

/** A NetworkPolicy of Kubernetes; a direction it says nothing about is absent, one in which it lets nothing through is empty. */
export interface NetworkPolicyModel {
  readonly object: ObjectRef
  readonly pods: readonly Requirement[]
  readonly ingress?: readonly NetworkPolicyRule[]
  readonly egress?: readonly NetworkPolicyRule[]
}
