import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import {OUTSIDE_KINDS} from '../../model/kube/container-facts.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {Container, ContainerRole, ObjectRef, PodCondition, PodModel, PodStatus} from '../../model/kube/pod.js'
import {objectRefOf} from '../../model/kube/pod.js'
import {at, flagOf, isObject, listOf, numberOf, objectOf, textMapOf, textOf} from '../decode.js'
import {readAppProbers} from './app-probers.js'
import {isInjectedName, readContainer, readSecurity} from './container.js'

/** Where each kind that makes pods keeps its template (the kinds Istio's injection knows). */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Rollout: ['spec', 'template'],
  DeploymentConfig: ['spec', 'template'],
}

const LISTS: readonly (readonly [string, ContainerRole, string])[] = [
  ['initContainers', 'init', 'initContainerStatuses'],
  ['containers', 'app', 'containerStatuses'],
  ['ephemeralContainers', 'ephemeral', 'ephemeralContainerStatuses'],
]

/** Kinds that make pods, and Pod itself. */
export const WORKLOAD_KINDS: readonly string[] = ['Pod', ...Object.keys(TEMPLATES)]

/** True for kinds whose pods a sidecar is injected into. */
export function isWorkloadKind(kind: string): boolean {
  return kind === 'Pod' || Object.hasOwn(TEMPLATES, kind)
}

/** Minutes of the years 2017 to 2045; a date written as digits is not among them. */
const DUE = /-(2[5-9]|3\d)\d{6}$/

/** The owner reference of the object that manages another (Kubernetes, ObjectMeta: `controller` is true). */
export function controllerOf(object: KubeObject): unknown {
  return listOf(object, 'metadata', 'ownerReferences').find(each => flagOf(each, 'controller') === true)
}

/** The owner a person would edit: a ReplicaSet whose name ends in the template hash belongs to a Deployment of the rest. */
export function workloadOf(object: KubeObject): ObjectRef {
  const self = objectRefOf(object)
  const owner = controllerOf(object)
  const kind = textOf(owner, 'kind')
  const name = textOf(owner, 'name')
  if (name !== undefined && OUTSIDE_KINDS.some(each => each === kind)) return {kind: kind ?? '', namespace: '', name}
  if (kind === undefined || name === undefined) return self
  const hash = object.metadata.labels?.['pod-template-hash'] ?? object.metadata.labels?.['rollouts-pod-template-hash']
  if (kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`)) {
    const rollout = object.metadata.labels?.['rollouts-pod-template-hash'] !== undefined
    return {kind: rollout ? 'Rollout' : 'Deployment', namespace: self.namespace, name: name.slice(0, -hash.length - 1)}
  }
  // A CronJob names its Jobs after the minute they were due, counted from 1970 (Kubernetes, CronJob controller).
  const due = kind === 'Job' ? DUE.exec(name) : null
  if (due !== null) return {kind: 'CronJob', namespace: self.namespace, name: name.slice(0, due.index)}
  return {kind, namespace: self.namespace, name}
}

function containersOf(spec: unknown, status: unknown): readonly Container[] {
  return LISTS.flatMap(([list, role, statusList]) => {
    let written = 0
    return listOf(spec, list).map(entry => {
      const name = textOf(entry, 'name') ?? ''
      const index = isInjectedName(name) ? name : String(written++)
      const state = listOf(status, statusList).find(each => textOf(each, 'name') === name)
      return readContainer(entry, role, `${list}[${index}]`, state)
    })
  })
}

function statusOf(object: KubeObject): PodStatus {
  const reason = textOf(object, 'status', 'reason')
  const single = textOf(object, 'status', 'podIP')
  const hostIp = textOf(object, 'status', 'hostIP')
  const node = textOf(object, 'spec', 'nodeName')
  const many = listOf(object, 'status', 'podIPs').map(each => textOf(each, 'ip') ?? '')
  return {
    phase: textOf(object, 'status', 'phase') ?? 'Unknown',
    ready: listOf(object, 'status', 'conditions').some(
      each => textOf(each, 'type') === 'Ready' && textOf(each, 'status') === 'True',
    ),
    podIps: many.length > 0 || single === undefined ? many : [single],
    ...definedFields({hostIp, node}),
    reason,
  }
}

/** Where the labels and spec of an owner's template lie, for findings on a pod that has one. */
function templatePath(kind: string): string {
  return (own(TEMPLATES, kind) ?? []).join('.')
}

/** The operating system a pod asks for when that is not Linux (kubernetes.io, PodSpec os and the well-known node labels). */
function foreignSystemOf(spec: unknown): PodModel['nonLinuxOs'] {
  const asked = [
    {name: textOf(spec, 'os', 'name'), path: 'os.name'},
    ...['kubernetes.io/os', 'beta.kubernetes.io/os'].map(label => ({
      name: textOf(spec, 'nodeSelector', label),
      path: `nodeSelector["${label}"]`,
    })),
  ]
  const found = asked.find(({name}) => name !== undefined && name !== 'linux')
  return found?.name === undefined ? undefined : {name: found.name, path: found.path}
}

function conditionsOf(object: KubeObject): readonly PodCondition[] {
  return listOf(object, 'status', 'conditions').map(each => ({
    type: textOf(each, 'type') ?? '',
    status: textOf(each, 'status') ?? '',
    reason: textOf(each, 'reason'),
    message: textOf(each, 'message'),
  }))
}

/** The pod an object is or makes; undefined for objects that make no pods. */
export function readPod(object: KubeObject): PodModel | undefined {
  if (!isWorkloadKind(object.kind)) return undefined
  const exists =
    object.kind === 'Pod' && objectOf(object, 'status') !== undefined && textOf(object, 'status', 'phase') !== undefined
  const root: unknown = object.kind === 'Pod' ? object : at(object, ...(own(TEMPLATES, object.kind) ?? []))
  const spec = at(root, 'spec')
  if (!isObject(spec)) return undefined
  const workload = workloadOf(object)
  const template = object.kind === 'Pod' && workload.kind === 'Pod' ? '' : templatePath(workload.kind)
  const grace = numberOf(spec, 'terminationGracePeriodSeconds')
  const createdAt = textOf(object, 'metadata', 'creationTimestamp')
  const isPod = object.kind === 'Pod'
  const containers = containersOf(spec, at(object, 'status'))
  const nonLinuxOs = foreignSystemOf(spec)
  return {
    object: objectRefOf(object),
    workload,
    exists,
    specPath: template === '' ? 'spec' : `${template}.spec`,
    metadataPath: template === '' ? 'metadata' : `${template}.metadata`,
    labels: textMapOf(root, 'metadata', 'labels'),
    annotations: textMapOf(root, 'metadata', 'annotations'),
    ownerLabels: isPod ? {} : textMapOf(object, 'metadata', 'labels'),
    ownerAnnotations: isPod ? {} : textMapOf(object, 'metadata', 'annotations'),
    hostNetwork: flagOf(spec, 'hostNetwork') ?? false,
    nonLinuxOs,
    restartPolicy: textOf(spec, 'restartPolicy') ?? 'Always',
    dnsPolicy: textOf(spec, 'dnsPolicy') ?? 'ClusterFirst',
    serviceAccount: textOf(spec, 'serviceAccountName') ?? 'default',
    security: readSecurity(spec),
    containers,
    rewrittenProbes: readAppProbers(containers.find(({name}) => name === 'istio-proxy')?.env.ISTIO_KUBE_APP_PROBERS),
    terminationGraceSeconds: grace,
    createdAt,
    terminating: textOf(object, 'metadata', 'deletionTimestamp') !== undefined,
    ...definedFields({status: exists ? statusOf(object) : undefined}),
    conditions: conditionsOf(object),
  }
}
