import {inRange, parseIp, parseIpRange} from '../../model/kernel/ip-address.js'
import type {NetworkPolicyModel, NetworkPolicyRule, PolicyPeer, PolicyPort} from '../../model/kube/network-policy.js'
import {type Labels, matchesLabels} from '../../model/kube/selector.js'

// How NetworkPolicies decide: https://kubernetes.io/docs/concepts/services-networking/network-policies/

/** One end of a connection: a pod, or an address outside the pods of the cluster, which has no namespace. */
export interface PolicyEnd {
  readonly namespace?: string | undefined
  readonly labels: Labels
  readonly namespaceLabels: Labels
  readonly addresses: readonly string[]
  /** Numbers of the TCP ports that its containers name; undefined where they are not known. */
  readonly namedPorts?: ReadonlyMap<string, number> | undefined
}

/** A TCP connection from one pod to a port of another. */
export interface PolicyConnection {
  readonly from: PolicyEnd
  readonly to: PolicyEnd
  readonly port: number
}

function portMatches(
  {protocol, port, endPort}: PolicyPort,
  wanted: number,
  {namedPorts}: PolicyEnd,
): boolean | undefined {
  if (protocol !== 'TCP') return false
  if (port === undefined) return true
  // A name is that of a container port of the pod that is reached.
  if (typeof port === 'string') return namedPorts === undefined ? undefined : namedPorts.get(port) === wanted
  return endPort === undefined ? port === wanted : port <= wanted && wanted <= endPort
}

function peerMatches({pods, namespaces, cidr, exceptions = []}: PolicyPeer, home: string, end: PolicyEnd): boolean {
  if (cidr !== undefined) {
    const within = (range: string) => {
      const parsed = parseIpRange(range)
      return end.addresses.some(each => {
        const ip = parseIp(each)
        return ip !== undefined && parsed !== undefined && inRange(ip, parsed)
      })
    }
    return within(cidr) && !exceptions.some(within)
  }
  if (end.namespace === undefined) return false
  if (namespaces === undefined && end.namespace !== home) return false
  if (namespaces !== undefined) {
    const labels = {...end.namespaceLabels, 'kubernetes.io/metadata.name': end.namespace}
    if (!matchesLabels(namespaces, labels)) return false
  }
  return pods === undefined || matchesLabels(pods, end.labels)
}

/** True, false, or undefined where a named port decides. */
function ruleAllows(
  {peers, ports}: NetworkPolicyRule,
  home: string,
  other: PolicyEnd,
  {port, to}: PolicyConnection,
): boolean | undefined {
  if (peers.length > 0 && !peers.some(peer => peerMatches(peer, home, other))) return false
  if (ports.length === 0) return true
  const matches = ports.map(each => portMatches(each, port, to))
  return matches.includes(true) ? true : matches.includes(undefined) ? undefined : false
}

type Direction = 'ingress' | 'egress'

/** What NetworkPolicies say of a connection. */
export interface PolicyVerdict {
  /** Undefined where a named port decides whose number is not known. */
  readonly allowed: boolean | undefined
  readonly direction: Direction
  /** The policies that select the end. */
  readonly policies: readonly NetworkPolicyModel[]
}

/** The names of policies in a sentence. */
export function policyNames(policies: readonly NetworkPolicyModel[]): string {
  return policies.map(({object}) => `${object.namespace}/${object.name}`).join(', ')
}

/** What the policies of one end say: nothing when none selects it. */
function verdictAt(
  policies: readonly NetworkPolicyModel[],
  direction: Direction,
  connection: PolicyConnection,
): PolicyVerdict {
  const [mine, other] = direction === 'ingress' ? [connection.to, connection.from] : [connection.from, connection.to]
  const selecting = policies.filter(
    ({object, pods, [direction]: rules}) =>
      object.namespace === mine.namespace && rules !== undefined && matchesLabels(pods, mine.labels),
  )
  if (selecting.length === 0) return {allowed: true, direction, policies: []}
  const answers = selecting
    .flatMap(({[direction]: rules = []}) => rules)
    .map(rule => ruleAllows(rule, mine.namespace ?? '', other, connection))
  const allowed = answers.includes(true) ? true : answers.includes(undefined) ? undefined : false
  return {allowed, direction, policies: selecting}
}

/** Which NetworkPolicies refuse a connection between two pods, where the network plugin enforces them; `allowed` is undefined where a named port decides. */
export function networkPolicyVerdict(
  policies: readonly NetworkPolicyModel[],
  connection: PolicyConnection,
): PolicyVerdict {
  const out = verdictAt(policies, 'egress', connection)
  if (out.allowed !== true) return out
  return verdictAt(policies, 'ingress', connection)
}
