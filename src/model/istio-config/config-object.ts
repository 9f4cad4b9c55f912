import type {KubeObject} from '../kube/kube-object.js'
import type {ObjectRef} from '../kube/pod.js'
import type {Labels} from '../kube/selector.js'

/** An object of the mesh configuration with its names; `raw` is what was written. */
export interface ConfigObject {
  /** Its namespace is the one it acts in: the default one where none is written, empty for kinds without namespaces. */
  readonly ref: ObjectRef
  /** The kind as rules name it: `KubernetesGateway` for the Gateway of the Gateway API. */
  readonly kind: string
  readonly labels: Labels
  readonly annotations: Labels
  readonly createdAt: string
  /** The cluster it is in, where several are analysed together. */
  readonly cluster?: string
  /** True when no namespace is written in a namespaced object. */
  readonly unplaced: boolean
  readonly raw: KubeObject
}

/** A model read from an object of the configuration. */
export interface Configured {
  readonly object: ConfigObject
}

/** `namespace/name`. */
export function fullName({ref: {namespace, name}}: ConfigObject): string {
  return namespace === '' ? name : `${namespace}/${name}`
}
