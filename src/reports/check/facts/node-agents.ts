import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import {FACT_LABELS, type Facts, type NodeAgent} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

/** The best of the agents on a node: while one is replaced there are two. */
function on(node: string, all: readonly NodeAgent[]): NodeAgent | 'missing' {
  const here = all.filter(each => each.node === node)
  return here.find(each => each.ready) ?? here[0] ?? 'missing'
}

/** The ztunnel and the istio-cni agent on the pod's node. Objects that may be incomplete and hold no ztunnel say nothing about a node. */
export async function nodeAgents({run, workload: {pod}}: PodContext): Promise<Answer<Facts['nodeAgents']>> {
  const label = FACT_LABELS.nodeAgents
  const node = pod.status?.node
  if (!pod.exists || node === undefined) return missing(label, 'not-captured', 'the pod is on no node')
  const pods = await run.nodeAgents()
  if (!pods.ok) return pods
  const {ztunnels, cni} = pods.value
  if (!run.source.traits.complete && ztunnels.length === 0)
    return missing(label, 'not-captured', `no pod of ztunnel in ${run.source.origin.label}`)
  return answered({node, ztunnel: on(node, ztunnels), cni: cni.length === 0 ? 'unknown' : on(node, cni)})
}
