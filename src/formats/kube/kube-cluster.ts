import type {NamespaceModel} from '../../model/istio/injection.js'
import type {NodeModel} from '../../model/kube/kube-node.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {listOf, textOf} from '../decode.js'

/** A Namespace object with the label every API server adds to it, which a manifest lacks. */
export function readNamespace({metadata: {name, labels, annotations = {}}}: KubeObject): NamespaceModel {
  return {name, labels: {...labels, 'kubernetes.io/metadata.name': name}, annotations}
}

/** A Node object (Kubernetes API, NodeSystemInfo). */
export function readNode(object: KubeObject): NodeModel {
  const kubelet = textOf(object, 'status', 'nodeInfo', 'kubeletVersion')
  const ready = listOf(object, 'status', 'conditions').find(each => textOf(each, 'type') === 'Ready')
  const isReady = ready === undefined || textOf(ready, 'status') === 'True'
  const notReady = isReady ? undefined : (textOf(ready, 'message') ?? textOf(ready, 'reason') ?? 'not ready')
  return {name: object.metadata.name, kubelet, notReady}
}
