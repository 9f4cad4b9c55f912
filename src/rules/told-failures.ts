import {type InitFailure, initFailures, isUntold} from '../analysis/netfilter/init-failure.js'
import type {SetupCause} from '../analysis/netfilter/setup/signs.js'
import type {PodModel} from '../model/pod.js'
import {Undecided} from './rule.js'

/** The failures of the capture's init containers that have one cause; a failure whose log was not read leaves the question open. */
export function toldFailures(pod: PodModel, initLog: string | undefined, wanted: SetupCause): readonly InitFailure[] {
  if (isUntold(pod, initLog)) throw new Undecided('istio-init failed, and its log was not read', 'not-captured')
  return initFailures(pod, initLog).filter(({cause}) => cause === wanted)
}
