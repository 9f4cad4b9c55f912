import {listOf, textOf} from '../../formats/decode.js'
import {podHasEnded} from '../../formats/kube-pod/proxy-pod.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Answer, answered} from '../../model/evidence/answer.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {NodeAgent} from '../../rules/facts.js'
import type {Source} from '../../sources/source.js'
import {isReady} from '../../sources/subject.js'
import {cniAgentObjects, ztunnelObjects} from './ztunnels.js'

/** The pods of a mesh that serve ambient pods, each by the node it runs on. */
export interface AgentPods {
  readonly ztunnels: ReadonlyMap<string, NodeAgent>
  readonly cni: ReadonlyMap<string, NodeAgent>
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

/** The best agent of each node: while one is replaced there are two. */
function byNode(pods: readonly KubeObject[]): ReadonlyMap<string, NodeAgent> {
  const best = new Map<string, NodeAgent>()
  for (const agent of pods.filter(pod => !podHasEnded(pod)).map(agentOf)) {
    const known = best.get(agent.node)
    if (known === undefined || (agent.ready && !known.ready)) best.set(agent.node, agent)
  }
  return best
}

/** The pods of ztunnel and of the istio-cni agent in the whole cluster. */
export async function agentPods(source: Source): Promise<Answer<AgentPods>> {
  const [ztunnels, cni] = await Promise.all([ztunnelObjects(source), cniAgentObjects(source)])
  if (!ztunnels.ok) return ztunnels
  return cni.ok ? answered({ztunnels: byNode(ztunnels.value), cni: byNode(cni.value)}) : cni
}
