import type {NodeModel} from '../model/kube-node.js'
import type {KubeObject} from '../model/kube-object.js'
import {textOf} from './decode.js'

/** A Node object (Kubernetes API, NodeSystemInfo). */
export function readNode(object: KubeObject): NodeModel {
  const kubelet = textOf(object, 'status', 'nodeInfo', 'kubeletVersion')
  return {name: object.metadata.name, ...(kubelet === undefined ? {} : {kubelet})}
}
