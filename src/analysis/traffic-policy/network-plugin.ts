import type {Container, PodModel} from '../../model/kube/pod.js'

/** What the pods of a cluster tell of its network plugin: whether it enforces NetworkPolicies. */
export type PolicyEnforcement =
  | {readonly kind: 'enforces' | 'ignores'; readonly plugin: string}
  | {readonly kind: 'unknown'}

/** The date in the tag of a kindnetd image. */
function kindnetDate({image}: Container): number {
  return Number(/:v(\d{8})/.exec(image)?.[1] ?? 0)
}

/** The first kindnetd that enforces NetworkPolicies (kind 0.24). */
const KINDNET_ENFORCES = 20_240_813

interface Plugin {
  readonly name: string
  readonly enforces: (container: Container) => boolean
}

const always = () => true

/** Network plugins by the container that does their work on each node (kubernetes.io, "Installing Addons", and the manifests of each plugin). */
const PLUGINS: ReadonlyMap<string, Plugin> = new Map<string, Plugin>([
  ['calico-node', {name: 'Calico', enforces: always}],
  ['cilium-agent', {name: 'Cilium', enforces: always}],
  ['antrea-agent', {name: 'Antrea', enforces: always}],
  ['kube-router', {name: 'kube-router', enforces: always}],
  ['weave-npc', {name: 'Weave Net', enforces: always}],
  ['ovnkube-node', {name: 'OVN-Kubernetes', enforces: always}],
  ['ovnkube-controller', {name: 'OVN-Kubernetes', enforces: always}],
  ['kube-network-policies', {name: 'kube-network-policies', enforces: always}],
  ['azure-npm', {name: 'Azure Network Policy Manager', enforces: always}],
  ['aws-eks-nodeagent', {name: 'Amazon VPC CNI', enforces: ({args}) => args.includes('--enable-network-policy=true')}],
  ['kindnet-cni', {name: 'kindnet', enforces: container => kindnetDate(container) >= KINDNET_ENFORCES}],
  ['kube-flannel', {name: 'flannel', enforces: () => false}],
])

/** Which network plugin runs, by the containers of the pods; one that enforces policies may run beside one that does not. */
export function policyEnforcement(pods: readonly PodModel[]): PolicyEnforcement {
  const found = pods
    .flatMap(({containers}) => containers)
    .flatMap(container => {
      const plugin = PLUGINS.get(container.name)
      return plugin === undefined ? [] : [{plugin: plugin.name, enforces: plugin.enforces(container)}]
    })
  const enforcing = found.find(each => each.enforces)
  if (enforcing !== undefined) return {kind: 'enforces', plugin: enforcing.plugin}
  const [first] = found
  return first === undefined ? {kind: 'unknown'} : {kind: 'ignores', plugin: first.plugin}
}
