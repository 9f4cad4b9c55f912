import {type Gap, isGapReason} from '../model/evidence/answer.js'
import type {KubeStatus} from './kube-status.js'

/** The cause type with which a served bundle forwards a recorded gap; no Kubernetes server uses it. */
const CAUSE = 'meshctl.io/gap'

export interface GapCause {
  readonly reason: string
  readonly message: string
}

/** The cause to put into a Status so that a client gets the recorded gap back unchanged. */
export function gapCause(gap: Gap): GapCause {
  return {reason: CAUSE, message: JSON.stringify(gap)}
}

/** The recorded gap in a Status of a served bundle, if there is one. */
export function gapInStatus(status: KubeStatus): Gap | undefined {
  const cause = status.causes.find(one => one.reason === CAUSE)
  if (cause === undefined) return undefined
  let gap: unknown
  try {
    gap = JSON.parse(cause.message)
  } catch {
    return undefined
  }
  if (typeof gap !== 'object' || gap === null) return undefined
  const {what, reason, detail, hint} = gap as Readonly<Record<string, unknown>>
  if (typeof what !== 'string' || typeof detail !== 'string' || typeof reason !== 'string' || !isGapReason(reason))
    return undefined
  return typeof hint === 'string' ? {what, reason, detail, hint} : {what, reason, detail}
}
