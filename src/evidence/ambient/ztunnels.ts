import {textOf} from '../../formats/decode.js'
import {isCniAgent, isZtunnel} from '../../formats/kube-pod/ztunnel-pod.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import {type KubeObject, type PodRef, podRefOf} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {byPreference} from '../../sources/subject.js'

/** A ztunnel and the node it serves. */
export interface ZtunnelPod {
  readonly ref: PodRef
  readonly node: string
  readonly object: KubeObject
}

async function labelled(
  source: Source,
  key: string,
  value: string,
  isOne: (pod: KubeObject) => boolean,
): Promise<Answer<readonly KubeObject[]>> {
  const pods = await source.objects({kind: 'Pod', labels: [{key, operator: 'In', values: [value]}]})
  // A source may return more than the selector matches.
  return pods.ok ? answered(pods.value.filter(isOne)) : pods
}

/** The pods of ztunnel as they are, also those that end. */
export function ztunnelObjects(source: Source): Promise<Answer<readonly KubeObject[]>> {
  return labelled(source, 'app', 'ztunnel', isZtunnel)
}

/** The pods of the istio-cni agent as they are, also those that end. */
export function cniAgentObjects(source: Source): Promise<Answer<readonly KubeObject[]>> {
  return labelled(source, 'k8s-app', 'istio-cni-node', isCniAgent)
}

/** The ztunnel pods of a source, the best to ask first: those of the control plane's namespace, where any are there. */
export async function ztunnelPods(source: Source, istioNamespace: string): Promise<Answer<readonly ZtunnelPod[]>> {
  const pods = await ztunnelObjects(source)
  if (!pods.ok) return pods
  const all = pods.value
  const own = all.filter(pod => pod.metadata.namespace === istioNamespace)
  return answered(
    [...(own.length > 0 ? own : all)]
      .sort(byPreference)
      .map(object => ({ref: podRefOf(object), node: textOf(object, 'spec', 'nodeName') ?? '', object})),
  )
}

/** The ztunnel that serves the pods of a node. */
export async function ztunnelOn(source: Source, node: string, istioNamespace: string): Promise<Answer<ZtunnelPod>> {
  const all = await ztunnelPods(source, istioNamespace)
  if (!all.ok) return all
  const found = all.value.find(each => each.node === node)
  return found === undefined ? missing('ztunnel', 'not-found', `no ztunnel pod on node ${node}`) : answered(found)
}
