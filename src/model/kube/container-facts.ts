/** Where a container gets its network from. */
export type ContainerNetwork =
  | {readonly kind: 'own'}
  | {readonly kind: 'host'}
  /** It shares the network namespace of another container. */
  | {readonly kind: 'shared'; readonly with: string}

/** How a container does. */
export interface ContainerStatus {
  readonly running: boolean
  readonly pid?: number
  readonly restarts: number
  readonly exitCode?: number
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly oomKilled: boolean
}

/** A container outside Kubernetes as its engine or a compose file describes it. Values of variables are kept only for containers of the mesh. */
export interface ContainerFacts {
  readonly id?: string
  readonly name: string
  /** Other names by which containers refer to it. */
  readonly alsoKnownAs: readonly string[]
  readonly image: string
  readonly command: readonly string[]
  /** `UID[:GID]` or a name; absent where the image decides. */
  readonly user?: string
  readonly addedCapabilities: readonly string[]
  readonly droppedCapabilities: readonly string[]
  readonly privileged: boolean
  readonly ports: readonly {readonly port: number; readonly protocol: 'TCP' | 'UDP'}[]
  readonly variables: Readonly<Record<string, string>>
  readonly network: ContainerNetwork
  readonly status?: ContainerStatus
}

/** Containers that share one network namespace: what Kubernetes calls a pod. */
export interface ContainerGroup {
  /** The container whose network the others share. */
  readonly name: string
  readonly containers: readonly ContainerFacts[]
}

/** Kinds of workloads outside Kubernetes; with a blank, so that no kind of Kubernetes is one of them. */
export const OUTSIDE_KINDS = ['compose service', 'container group', 'process group'] as const

export type OutsideKind = (typeof OUTSIDE_KINDS)[number]

/** True for a workload that no Kubernetes runs: what only Kubernetes has does not apply to it. */
export function isOutsideKubernetes({workload}: {readonly workload: {readonly kind: string}}): boolean {
  return OUTSIDE_KINDS.some(kind => kind === workload.kind)
}

/** True for the machine behind a WorkloadEntry, which is read as a pod (`podOfMachine`): objects tell of it, and nothing of it runs in the cluster. */
export function isMachine({workload}: {readonly workload: {readonly kind: string}}): boolean {
  return workload.kind === 'WorkloadEntry'
}

/** The annotation under which a container keeps the name people know it by, where it has the name of a container of Istio in the pod made for it. */
export function containerNameKey(name: string): string {
  return `meshctl.io/container-name.${name}`
}

/** The name people know a container by: of a compose file or of docker, else the one in the pod. */
export function containerName(
  {annotations}: {readonly annotations: Readonly<Record<string, string>>},
  name: string,
): string {
  return annotations[containerNameKey(name)] ?? name
}
