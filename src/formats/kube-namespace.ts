import type {NamespaceModel} from '../model/injection.js'
import type {KubeObject} from '../model/kube-object.js'

/** A Namespace object with the label every API server adds to it, which a manifest lacks. */
export function readNamespace({metadata: {name, labels, annotations = {}}}: KubeObject): NamespaceModel {
  return {name, labels: {...labels, 'kubernetes.io/metadata.name': name}, annotations}
}
