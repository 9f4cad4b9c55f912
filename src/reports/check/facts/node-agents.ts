import {isEnrolledInAmbient} from '../../../analysis/pod-mode/pod-mode.js'
import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import {FACT_LABELS, type Facts} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

const label = FACT_LABELS.nodeAgents

/** Whether the pod is in ambient mode, or should be. */
async function inAmbient({fact, workload: {pod, mode}}: PodContext): Promise<Answer<boolean>> {
  if (mode === 'ambient') return answered(true)
  const namespace = await fact('namespace')
  return namespace.ok ? answered(isEnrolledInAmbient(pod, namespace.value.labels)) : namespace
}

/**
 * The ztunnel and the istio-cni agent on the node of an ambient or enrolled pod; for any other, agents are not listed. Objects that may be
 * incomplete and hold no ztunnel say nothing about a node.
 */
export async function nodeAgents(context: PodContext): Promise<Answer<Facts['nodeAgents']>> {
  const ambient = await inAmbient(context)
  if (!ambient.ok) return ambient
  if (!ambient.value) return answered('none')
  const {run, workload} = context
  const {exists, status} = workload.pod
  if (!exists || status?.node === undefined) return missing(label, 'not-captured', 'the pod is on no node')
  const pods = await run.nodeAgents()
  if (!pods.ok) return pods
  const {ztunnels, cni} = pods.value
  if (!run.source.traits.complete && ztunnels.size === 0)
    return missing(label, 'not-captured', `no pod of ztunnel in ${run.source.origin.label}`)
  const {node} = status
  return answered({
    node,
    ztunnel: ztunnels.get(node) ?? 'missing',
    cni: cni.size === 0 ? 'unknown' : (cni.get(node) ?? 'missing'),
  })
}
