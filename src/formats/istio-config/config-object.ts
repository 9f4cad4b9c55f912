import {definedFields} from '../../model/collections/defined-fields.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {kindOf} from '../../model/kube/kinds.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {textMapOf, textOf} from '../decode.js'

/** Kinds without namespaces that are not among the kinds meshctl lists. */
const CLUSTER_WIDE = ['GatewayClass', 'ClusterRole', 'ClusterRoleBinding', 'PersistentVolume', 'StorageClass']

/** The kind as rules name it: the Gateway of the Gateway API apart from Istio's. */
export function ruleKind({apiVersion, kind}: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const kubernetes = (apiVersion ?? '').startsWith('gateway.networking.k8s.io/')
  return kubernetes && kind === 'Gateway' ? 'KubernetesGateway' : kind
}

/** An object with its names; one without a namespace is placed in `namespace`. */
export function readConfigObject(raw: KubeObject, namespace: string, cluster?: string): ConfigObject {
  const {kind, metadata} = raw
  const namespaced = !CLUSTER_WIDE.includes(kind) && kindOf(kind)?.namespaced !== false
  const written = textOf(metadata, 'namespace') ?? ''
  return {
    ref: {kind, namespace: namespaced ? (written === '' ? namespace : written) : '', name: metadata.name},
    kind: ruleKind(raw),
    labels: textMapOf(metadata, 'labels'),
    annotations: textMapOf(metadata, 'annotations'),
    createdAt: textOf(metadata, 'creationTimestamp') ?? '',
    ...definedFields({cluster}),
    unplaced: namespaced && written === '',
    raw,
  }
}
