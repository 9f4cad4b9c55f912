import {REVISION_LABEL, STATUS_ANNOTATION} from '../istio/mesh-keys.js'
import type {KubeObject} from './kube-object.js'
import type {Labels} from './selector.js'

/** An object as findings name it. */
export interface ObjectRef {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** An object's name in full; without a namespace it is the API's default one. */
export function objectRefOf({kind, metadata}: KubeObject): ObjectRef {
  return {kind, namespace: metadata.namespace ?? 'default', name: metadata.name}
}

export interface ContainerPort {
  readonly name?: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  /** Where the node itself takes connections for it. */
  readonly hostPort?: number
  /** Path below the pod spec. */
  readonly path: string
}

/** The fields of a security context the mesh cares about; absent means not set here. */
export interface SecuritySettings {
  readonly runAsUser?: number
  readonly runAsGroup?: number
  readonly runAsNonRoot?: boolean
  readonly privileged?: boolean
  readonly seccompProfile?: string
  readonly fsGroup?: number
  readonly supplementalGroups: readonly number[]
  readonly addedCapabilities: readonly string[]
  readonly droppedCapabilities: readonly string[]
}

export type ProbeHandler = 'httpGet' | 'tcpSocket' | 'grpc' | 'exec'

/** A probe or lifecycle handler of a container. */
export interface Probe {
  readonly kind: 'liveness' | 'readiness' | 'startup' | 'postStart' | 'preStop'
  readonly handler: ProbeHandler
  readonly port?: number | string
  readonly host?: string
  /** Of an HTTP probe. */
  readonly scheme?: 'HTTP' | 'HTTPS'
  /** Of an HTTP probe: the path it asks for. */
  readonly httpPath?: string
  readonly command: readonly string[]
  /** Path below the pod spec. */
  readonly path: string
}

/** How a container is doing, from the pod's status. */
export interface ContainerState {
  readonly ready: boolean
  readonly restarts: number
  readonly state: 'waiting' | 'running' | 'terminated' | 'unknown'
  readonly reason?: string
  readonly message?: string
  readonly exitCode?: number
  readonly startedAt?: string
  readonly lastReason?: string
  readonly lastExitCode?: number
  /** What was said at its last end: by the runtime after a failed start, else by the container. */
  readonly lastMessage?: string
  readonly lastFinishedAt?: string
}

export type ContainerRole = 'app' | 'init' | 'native-sidecar' | 'ephemeral'

export interface Container {
  readonly name: string
  readonly role: ContainerRole
  readonly image: string
  readonly command: readonly string[]
  readonly args: readonly string[]
  /** Literal environment of the mesh's own containers; always empty for an application's. */
  readonly env: Readonly<Record<string, string>>
  /** Variables that name the servers it connects to, to find their hosts; their values are never shown as they are. */
  readonly variables: Readonly<Record<string, string>>
  readonly ports: readonly ContainerPort[]
  readonly security: SecuritySettings
  readonly probes: readonly Probe[]
  /** Volumes by name, and where they are. */
  readonly mounts: readonly {readonly volume: string; readonly path: string}[]
  readonly state?: ContainerState
  /** Path below the pod spec, as it is in the template: containers added by injection are not counted. */
  readonly path: string
  /** True for the containers injection adds: istio-proxy, istio-init and their like. */
  readonly injected: boolean
}

export interface PodStatus {
  readonly phase: string
  readonly ready: boolean
  readonly podIps: readonly string[]
  /** Address of the node it runs on. */
  readonly hostIp?: string
  /** The node it is bound to. */
  readonly node?: string
  readonly reason?: string
  readonly message?: string
}

/** A condition of a pod, or of the workload a template is in, as its controller or the kubelet wrote it. */
export interface PodCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

/** A probe as it was before injection led it through the agent. */
export interface RewrittenProbe {
  readonly container: string
  readonly port?: number
  readonly scheme: 'HTTP' | 'HTTPS'
}

/** A pod that exists, or the pod a workload's template would make. */
export interface PodModel {
  /** The object it was read from. */
  readonly object: ObjectRef
  /** The workload that owns it, as a person would name it (the Deployment rather than its ReplicaSet). */
  readonly workload: ObjectRef
  /** True when this is a pod of a cluster rather than a template. */
  readonly exists: boolean
  /** Where the pod spec is in the object a person would edit: `spec`, `spec.template.spec`, … */
  readonly specPath: string
  /** Where labels and annotations are in that object. */
  readonly metadataPath: string
  readonly labels: Labels
  readonly annotations: Labels
  /** Labels and annotations of the object itself when that is a workload rather than a pod. */
  readonly ownerLabels: Labels
  readonly ownerAnnotations: Labels
  readonly hostNetwork: boolean
  /** Set where the pod asks for nodes of another operating system than Linux, with the field that says so. */
  readonly nonLinuxOs?: {readonly name: string; readonly path: string}
  readonly restartPolicy: string
  readonly dnsPolicy: string
  readonly serviceAccount: string
  readonly security: SecuritySettings
  readonly containers: readonly Container[]
  /** HTTP probes that injection has rewritten, as they were. */
  readonly rewrittenProbes: readonly RewrittenProbe[]
  readonly terminationGraceSeconds?: number
  readonly createdAt?: string
  readonly terminating: boolean
  readonly status?: PodStatus
  /** From the status of the object it was read from. */
  readonly conditions: readonly PodCondition[]
}

/** The containers a person wrote, of every kind. */
export function appContainers(pod: PodModel): readonly Container[] {
  return pod.containers.filter(container => !container.injected)
}

/** The injected container of that name, if the pod has it. */
export function injectedContainer(pod: PodModel, name: string): Container | undefined {
  return pod.containers.find(container => container.injected && container.name === name)
}

/** True for a Job or CronJob, whose pods must end by themselves. */
export function runsToCompletion(pod: PodModel): boolean {
  return pod.workload.kind === 'Job' || pod.workload.kind === 'CronJob'
}

/** True for the phase of a pod whose containers have all ended and will not be restarted (Kubernetes, "Pod phase"). */
export function hasEnded(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}

/**
 * The revision of the control plane a pod was injected for: the annotation injection writes, else its record of what it did, else the label the
 * pod asks with, which may be a tag.
 */
export function revisionOf({annotations, labels}: Pick<PodModel, 'annotations' | 'labels'>): string | undefined {
  const [, written] = /"revision"\s*:\s*"([^"]+)"/.exec(annotations[STATUS_ANNOTATION] ?? '') ?? []
  return annotations[REVISION_LABEL] ?? written ?? labels[REVISION_LABEL]
}

/** True for a pod that has ended or is about to: what it is like no longer says anything about the workload. */
export function isOver(pod: PodModel): boolean {
  return pod.exists && (pod.terminating || hasEnded(pod.status?.phase))
}

/** `Kind namespace/name`. */
export function objectLabel({kind, namespace, name}: ObjectRef): string {
  return namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}
