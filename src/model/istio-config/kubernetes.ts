import type {Labels} from '../kube/selector.js'
import type {Configured} from './config-object.js'

export interface ServicePortConfig {
  readonly name: string
  readonly port: number
  readonly targetPort?: number | string
  /** As written; empty means TCP. */
  readonly protocol: string
  readonly appProtocol?: string
  readonly nodePort?: number
  readonly path: string
}

/** A Service. */
export interface ServiceConfig extends Configured {
  readonly type: string
  readonly clusterIp: string
  readonly externalName: string
  readonly selector: Labels
  readonly exportTo: readonly string[]
  readonly ports: readonly ServicePortConfig[]
}

export interface WorkloadContainer {
  readonly name: string
  readonly image: string
  readonly init: boolean
  readonly runAsUser?: number
  readonly ports: readonly {readonly port: number; readonly name: string}[]
  readonly path: string
}

/** A pod, or the pods a workload creates. */
export interface WorkloadConfig extends Configured {
  /** True for a Pod; false for the template of a workload. */
  readonly pod: boolean
  /** The labels and annotations of the pods. */
  readonly labels: Labels
  readonly annotations: Labels
  readonly hostNetwork: boolean
  readonly nodeName: string
  readonly phase: string
  readonly serviceAccount: string
  readonly runAsUser?: number
  readonly specPath: string
  readonly containers: readonly WorkloadContainer[]
}

export interface SelectorExpression {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}

/** A LabelSelector of Kubernetes. */
export interface LabelSelector {
  readonly matchLabels: Labels
  readonly expressions: readonly SelectorExpression[]
}

/** One webhook of a webhook configuration. */
export interface WebhookConfig {
  readonly name: string
  readonly namespaceSelector: LabelSelector
  readonly objectSelector: LabelSelector
  readonly url?: string
  readonly service?: {readonly namespace: string; readonly name: string}
  readonly path: string
}

/** A MutatingWebhookConfiguration or ValidatingWebhookConfiguration. */
export interface WebhooksConfig extends Configured {
  readonly webhooks: readonly WebhookConfig[]
}
