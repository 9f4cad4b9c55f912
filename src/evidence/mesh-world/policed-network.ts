import type {MeshPod} from '../../analysis/request-path/world.js'
import {type ConnectionEnd, type NetworkBlock, networkBlock} from '../../analysis/traffic-policy/network-block.js'
import {policyEnforcement} from '../../analysis/traffic-policy/network-plugin.js'
import {readNamespace} from '../../formats/kube/kube-cluster.js'
import {readNetworkPolicy} from '../../formats/kube/network-policy.js'
import type {IpPort} from '../../model/envoy/request.js'
import {gapSentence} from '../../model/evidence/answer.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {NetworkPolicyModel} from '../../model/kube/network-policy.js'
import {appContainers, type PodModel} from '../../model/kube/pod.js'
import type {Labels} from '../../model/kube/selector.js'
import type {Source} from '../../sources/source.js'

/** What NetworkPolicies make of connections, and what was not read for it. */
export interface ReadNetwork {
  /** Absent where there is no policy, or none could be read. */
  readonly blocks?: (from: string, to: IpPort) => NetworkBlock | undefined
  readonly notes: readonly string[]
}

/** The pods of a mesh as policies see them. */
export interface NetworkPods {
  readonly models: readonly PodModel[]
  readonly podAt: (ip: string) => MeshPod | undefined
  readonly modelOf: (pod: MeshPod) => PodModel | undefined
}

function namedPorts(pod: PodModel | undefined): ConnectionEnd['namedPorts'] {
  if (pod === undefined) return undefined
  const ports = appContainers(pod).flatMap(each => each.ports)
  return new Map(ports.flatMap(({name, port, protocol}) => (name && protocol === 'TCP' ? [[name, port] as const] : [])))
}

function needsLabels(policies: readonly NetworkPolicyModel[]): boolean {
  const rules = policies.flatMap(({ingress = [], egress = []}) => [...ingress, ...egress])
  return rules.some(({peers}) => peers.some(({namespaces}) => namespaces !== undefined && namespaces.length > 0))
}

/** The labels of namespaces, where a policy selects by them. */
async function labelsOf(source: Source, policies: readonly NetworkPolicyModel[], notes: string[]) {
  if (!needsLabels(policies)) return new Map<string, Labels>()
  const answer = await source.objects({kind: 'Namespace'})
  if (!answer.ok)
    notes.push(`NetworkPolicies see only the names of namespaces, not their labels: ${gapSentence(answer.gap)}`)
  return new Map((answer.ok ? answer.value : []).map(readNamespace).map(({name, labels}) => [name, labels]))
}

/** Reads the NetworkPolicies of a cluster, and whether its network plugin enforces them. */
export async function policedNetwork(source: Source, {models, podAt, modelOf}: NetworkPods): Promise<ReadNetwork> {
  const answer = await source.objects({kind: 'NetworkPolicy'})
  if (!answer.ok) return {notes: [`NetworkPolicies were not checked: ${gapSentence(answer.gap)}`]}
  const policies = answer.value.map(readNetworkPolicy)
  if (policies.length === 0) return {notes: []}
  const enforcement = policyEnforcement(models)
  if (enforcement.kind === 'ignores')
    return {notes: [`NetworkPolicies are not enforced: ${enforcement.plugin} does not enforce them`]}
  const notes: string[] = []
  const labels = await labelsOf(source, policies, notes)
  const endOf = (ip: string): ConnectionEnd => {
    const pod = podAt(ip)
    if (pod === undefined) return {label: ip, labels: {}, namespaceLabels: {}, addresses: [ip]}
    const {namespace} = pod.ref
    return {
      label: podLabel(pod.ref),
      namespace,
      labels: pod.labels,
      namespaceLabels: labels.get(namespace) ?? {},
      addresses: pod.addresses,
      namedPorts: namedPorts(modelOf(pod)),
    }
  }
  // The node of a pod always reaches it (kubernetes.io, "Network Policies").
  const fromNode = (from: string, ip: string) => podAt(ip)?.nodeIp === from
  const blocks = (from: string, {ip, port}: IpPort) =>
    from === ip || fromNode(from, ip) ? undefined : networkBlock({policies, enforcement}, endOf(from), endOf(ip), port)
  return {blocks, notes}
}
