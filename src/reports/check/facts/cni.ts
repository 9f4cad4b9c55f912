import {type Answer, answered} from '../../../model/answer.js'
import {injectedContainer} from '../../../model/pod.js'
import type {Facts} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

/** How the rules get into the pod: seen in the pod, else the CNI's DaemonSet, else the injector's values. */
export async function cni({run, workload: {pod}}: PodContext): Promise<Answer<Facts['cni']>> {
  if (injectedContainer(pod, 'istio-init') !== undefined)
    return answered({inUse: false, because: 'the pod has istio-init'})
  if (injectedContainer(pod, 'istio-validation') !== undefined) {
    return answered({inUse: true, because: 'the pod has istio-validation and no istio-init'})
  }
  const [sets, injectors] = await Promise.all([run.lists.daemonSets(), run.lists.injectors()])
  if (sets.ok && sets.value.some(({metadata}) => metadata.name.startsWith('istio-cni-node'))) {
    return answered({inUse: true, because: 'the DaemonSet istio-cni-node exists'})
  }
  if (!injectors.ok) return injectors
  const inUse = injectors.value.some(each => each.cni)
  return answered({inUse, because: `the injector's values say cni ${inUse ? 'is' : 'is not'} enabled`})
}
