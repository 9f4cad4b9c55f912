import type {Labels, Requirement} from '../kube/selector.js'
import type {IstioVersion} from './istio-version.js'
import {INJECTION_LABEL, REVISION_LABEL} from './mesh-keys.js'

/** A namespace as injection and Pod Security see it. */
export interface NamespaceModel {
  readonly name: string
  readonly labels: Labels
  readonly annotations: Labels
}

/** One webhook that injects sidecars, of a MutatingWebhookConfiguration. */
export interface InjectionWebhook {
  readonly configuration: string
  readonly name: string
  readonly revision: string
  /** The revision tag it stands for, if any. */
  readonly tag?: string
  readonly namespaceSelector: readonly Requirement[]
  readonly objectSelector: readonly Requirement[]
  readonly failurePolicy: 'Fail' | 'Ignore'
  readonly endpoint?: {readonly namespace: string; readonly name: string}
  /** `absent` when empty, `unreadable` when it is not a certificate, else the day it ends. */
  readonly caBundle: 'absent' | 'unreadable' | {readonly notAfter: string}
}

/** Values of the chart and of MeshConfig that decide about capture in pods without an annotation of their own, as they are written. */
export interface CaptureDefaults {
  readonly includeInboundPorts?: string
  readonly excludeInboundPorts?: string
  readonly includeOutboundPorts?: string
  readonly excludeOutboundPorts?: string
  readonly includeIPRanges?: string
  readonly excludeIPRanges?: string
  readonly statusPort?: string
  readonly interceptionMode?: string
  /** Environment that MeshConfig gives every proxy and istio-init (`defaultConfig.proxyMetadata`). */
  readonly proxyMetadata?: Readonly<Record<string, string>>
}

/** The injector's own settings, of the ConfigMap istio-sidecar-injector. */
export interface InjectorSettings {
  readonly revision: string
  readonly policy: string
  readonly never: readonly (readonly Requirement[])[]
  readonly always: readonly (readonly Requirement[])[]
  readonly nativeNftables: boolean
  readonly cni: boolean
  readonly seccompProfile: string
  readonly enableNamespacesByDefault: boolean
  /** What the chart's values (`global.proxy`) say about capture where a pod has no annotation; absent values are Istio's defaults. */
  readonly capture: CaptureDefaults
  /** The release that injects, if its image tag shows it. */
  readonly version?: IstioVersion
}

/** One question on the way to a sidecar and its answer. */
export interface InjectionStep {
  readonly question: string
  readonly answer: string
}

/** Whether a pod created now would get a sidecar, and what decides it. */
export interface InjectionDecision {
  readonly injected: boolean
  readonly decidedBy:
    | 'host network'
    | 'system namespace'
    | 'pod label'
    | 'pod annotation'
    | 'namespace label'
    | 'no injection label'
    | 'missing webhook'
    | 'neverInjectSelector'
    | 'alwaysInjectSelector'
    | 'policy'
  /** One sentence. */
  readonly reason: string
  readonly webhook?: InjectionWebhook
  readonly revision?: string
  /** The release whose webhook decides, if known. */
  readonly version?: IstioVersion
  readonly steps: readonly InjectionStep[]
}

/** True when the labels of a namespace ask for sidecars: istio-injection decides when it is there, else the revision (istio.io, Injection concepts). */
export function asksForSidecars(labels: Labels): boolean {
  const plain = labels[INJECTION_LABEL]
  return plain === undefined ? labels[REVISION_LABEL] !== undefined : plain === 'enabled'
}
