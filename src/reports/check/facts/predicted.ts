import {podMode} from '../../../analysis/pod-mode/pod-mode.js'
import {forecast} from '../../../evidence/injection/prediction.js'
import type {PodModel} from '../../../model/pod.js'
import type {Workload} from '../../../rules/facts.js'
import type {CheckRun} from './context.js'

/** How a pod takes part in the mesh; of a template, how it would: as the webhooks decide, and as a plain installation's would where they are not known. */
export async function predicted(run: CheckRun, pod: PodModel): Promise<Workload> {
  const mode = podMode(pod)
  if (pod.exists || mode !== 'none') return {pod, mode, predicted: false, at: run.at}
  return {pod, mode: (await forecast(run.lists, pod)).mode, predicted: true, at: run.at}
}
