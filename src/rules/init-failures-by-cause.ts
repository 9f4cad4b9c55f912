import {type InitFailure, initFailures, isCauseUnknown} from '../analysis/netfilter/init-failure.js'
import type {SetupCause} from '../analysis/netfilter/setup/signs.js'
import type {PodModel} from '../model/kube/pod.js'
import {Inconclusive} from './rule.js'

/** The failures of istio-init and istio-validation with that cause; inconclusive when the log that shows the cause was not read. */
export function initFailuresByCause(
  pod: PodModel,
  initLog: string | undefined,
  wanted: SetupCause,
): readonly InitFailure[] {
  if (isCauseUnknown(pod, initLog))
    throw new Inconclusive('istio-init failed, and its log was not read', 'not-captured')
  return initFailures(pod, initLog).filter(({cause}) => cause === wanted)
}
