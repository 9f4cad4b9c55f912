import {own} from '../../model/collections/own.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {
  LabelSelector,
  ServiceConfig,
  WebhooksConfig,
  WorkloadConfig,
  WorkloadContainer,
} from '../../model/istio-config/kubernetes.js'
import type {Labels} from '../../model/kube/selector.js'
import {commaList} from '../../model/text/comma-list.js'
import {at, flagOf, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../decode.js'

/** The namespaces a Service is visible in, from its annotation (istio.io, networking.istio.io/exportTo); empty means all. */
function exportAnnotation(annotations: Labels): readonly string[] {
  return commaList(annotations['networking.istio.io/exportTo'] ?? '')
}

function targetPort(port: unknown): number | string | undefined {
  const value = at(port, 'targetPort')
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value === '') return undefined
  return /^\d+$/.test(value) ? Number(value) : value
}

/** A Service of Kubernetes. */
export function readServiceConfig(object: ConfigObject): ServiceConfig {
  const {raw} = object
  return {
    object,
    type: textOf(raw, 'spec', 'type') ?? 'ClusterIP',
    clusterIp: textOf(raw, 'spec', 'clusterIP') ?? '',
    externalName: textOf(raw, 'spec', 'externalName') ?? '',
    selector: textMapOf(raw, 'spec', 'selector'),
    exportTo: exportAnnotation(object.annotations),
    ports: listOf(raw, 'spec', 'ports').map((port, index) => ({
      name: textOf(port, 'name') ?? '',
      port: numberOf(port, 'port') ?? 0,
      targetPort: targetPort(port),
      protocol: textOf(port, 'protocol') ?? '',
      appProtocol: textOf(port, 'appProtocol'),
      nodePort: numberOf(port, 'nodePort'),
      path: `spec.ports[${index}]`,
    })),
  }
}

/** Where the pod template of each kind is. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  Rollout: ['spec', 'template'],
  DeploymentConfig: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
}

/** The kinds that are pods or create them. */
export const WORKLOAD_CONFIG_KINDS: readonly string[] = ['Pod', ...Object.keys(TEMPLATES)]

function container(value: unknown, init: boolean, path: string): WorkloadContainer {
  return {
    name: textOf(value, 'name') ?? '',
    image: textOf(value, 'image') ?? '',
    init,
    runAsUser: numberOf(value, 'securityContext', 'runAsUser'),
    ports: listOf(value, 'ports').map(port => ({
      port: numberOf(port, 'containerPort') ?? 0,
      name: textOf(port, 'name') ?? '',
    })),
    path,
  }
}

/** A pod or a workload that creates pods; undefined for any other kind. */
export function readWorkloadConfig(object: ConfigObject): WorkloadConfig | undefined {
  const pod = object.ref.kind === 'Pod'
  const steps = pod ? [] : own(TEMPLATES, object.ref.kind)
  if (steps === undefined) return undefined
  const template = at(object.raw, ...steps)
  const spec = at(template, 'spec')
  const specPath = [...steps, 'spec'].join('.')
  const containers = (name: string, init: boolean) =>
    listOf(spec, name).map((each, index) => container(each, init, `${specPath}.${name}[${index}]`))
  return {
    object,
    pod,
    labels: textMapOf(template, 'metadata', 'labels'),
    annotations: textMapOf(template, 'metadata', 'annotations'),
    hostNetwork: flagOf(spec, 'hostNetwork') ?? false,
    nodeName: textOf(spec, 'nodeName') ?? '',
    phase: textOf(object.raw, 'status', 'phase') ?? '',
    serviceAccount: textOf(spec, 'serviceAccountName') ?? textOf(spec, 'serviceAccount') ?? 'default',
    runAsUser: numberOf(spec, 'securityContext', 'runAsUser'),
    specPath,
    containers: [...containers('containers', false), ...containers('initContainers', true)],
  }
}

function labelSelector(value: unknown): LabelSelector {
  return {
    matchLabels: textMapOf(value, 'matchLabels'),
    expressions: listOf(value, 'matchExpressions').map(each => ({
      key: textOf(each, 'key') ?? '',
      operator: textOf(each, 'operator') ?? '',
      values: textsOf(each, 'values'),
    })),
  }
}

/** A MutatingWebhookConfiguration or ValidatingWebhookConfiguration. */
export function readWebhooksConfig(object: ConfigObject): WebhooksConfig {
  return {
    object,
    webhooks: listOf(object.raw, 'webhooks').map((webhook, index) => {
      const service = objectOf(webhook, 'clientConfig', 'service')
      return {
        name: textOf(webhook, 'name') ?? '',
        namespaceSelector: labelSelector(at(webhook, 'namespaceSelector')),
        objectSelector: labelSelector(at(webhook, 'objectSelector')),
        url: textOf(webhook, 'clientConfig', 'url'),
        ...(service === undefined
          ? {}
          : {service: {namespace: textOf(service, 'namespace') ?? '', name: textOf(service, 'name') ?? ''}}),
        path: `webhooks[${index}]`,
      }
    }),
  }
}

/** True for a Service whose pods see the address of a client outside the cluster (kubernetes.io, externalTrafficPolicy). */
export function keepsClientAddress({raw}: ConfigObject): boolean {
  return textOf(raw, 'spec', 'externalTrafficPolicy') === 'Local'
}
