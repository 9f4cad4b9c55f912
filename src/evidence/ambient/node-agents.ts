import {listOf, textOf} from '../../formats/decode.js'
import {podHasEnded} from '../../formats/kube-pod/proxy-pod.js'
import {isCniAgent, isZtunnel} from '../../formats/kube-pod/ztunnel-pod.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Answer, answered} from '../../model/evidence/answer.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {NodeAgent} from '../../rules/facts.js'
import type {Source} from '../../sources/source.js'
import {isReady} from '../../sources/subject.js'

/** The pods of a mesh that serve ambient pods on their nodes. */
export interface AgentPods {
  readonly ztunnels: readonly NodeAgent[]
  readonly cni: readonly NodeAgent[]
}

function agentOf(pod: KubeObject): NodeAgent {
  const waiting = listOf(pod, 'status', 'containerStatuses')
    .map(each => textOf(each, 'state', 'waiting', 'reason'))
    .find(reason => reason !== undefined)
  return {
    name: pod.metadata.name,
    node: textOf(pod, 'spec', 'nodeName') ?? '',
    ready: isReady(pod),
    ...definedFields({waiting}),
  }
}

async function agents(
  source: Source,
  label: string,
  value: string,
  isOne: (pod: KubeObject) => boolean,
): Promise<Answer<readonly NodeAgent[]>> {
  const pods = await source.objects({kind: 'Pod', labels: [{key: label, operator: 'In', values: [value]}]})
  if (!pods.ok) return pods
  return answered(pods.value.filter(pod => isOne(pod) && !podHasEnded(pod)).map(agentOf))
}

/** The pods of ztunnel and of the istio-cni agent in the whole cluster. */
export async function agentPods(source: Source): Promise<Answer<AgentPods>> {
  const [ztunnels, cni] = await Promise.all([
    agents(source, 'app', 'ztunnel', isZtunnel),
    agents(source, 'k8s-app', 'istio-cni-node', isCniAgent),
  ])
  if (!ztunnels.ok) return ztunnels
  return cni.ok ? answered({ztunnels: ztunnels.value, cni: cni.value}) : cni
}
