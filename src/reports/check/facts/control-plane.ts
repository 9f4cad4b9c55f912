import type {IstiodAnswer} from '../../../evidence/control-plane/istiods.js'
import {type Answer, answered, missing} from '../../../model/answer.js'
import {groupedBy} from '../../../model/grouped-by.js'
import type {ProxyConnection} from '../../../model/sync-state.js'
import {FACT_LABELS, type Facts} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

/** The index by proxy of each answer: a fleet looks up thousands of proxies. */
const CONNECTIONS = new WeakMap<IstiodAnswer, ReadonlyMap<string, readonly ProxyConnection[]>>()

function connectionsOf(answer: IstiodAnswer): ReadonlyMap<string, readonly ProxyConnection[]> {
  const known = CONNECTIONS.get(answer)
  if (known !== undefined) return known
  const made = groupedBy(answer.proxies, ({id}) => id)
  CONNECTIONS.set(answer, made)
  return made
}

/** What the istiod replicas report about the pod's proxy. */
export async function controlPlane({run, workload: {pod}}: PodContext): Promise<Answer<Facts['controlPlane']>> {
  if (!pod.exists) return missing(FACT_LABELS.controlPlane, 'not-captured', 'a manifest has no running pod')
  const answers = await run.istiods()
  if (!answers.ok) return answers
  const silent = answers.value.find(each => each.silent !== undefined)?.silent
  const spoke = answers.value.filter(each => each.silent === undefined)
  const id = `${pod.object.name}.${pod.object.namespace}`
  const connections = spoke.flatMap(each =>
    (connectionsOf(each).get(id) ?? []).map(proxy => ({...proxy, istiodVersion: each.version})),
  )
  if (connections.length === 0 && silent !== undefined) {
    // Port forwarding needs more than read permission; a check without --deep may lack it.
    const lacksPrivilege = !run.deep && silent.reason === 'forbidden'
    return {ok: false, gap: lacksPrivilege ? {...silent, reason: 'no-privilege'} : silent}
  }
  return answered({connections, istiods: spoke.length, namespace: run.istioNamespace, at: run.at})
}
