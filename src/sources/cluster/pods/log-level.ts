import {type Answer, missing} from '../../../model/evidence/answer.js'
import type {Artifact} from '../../../model/evidence/evidence.js'
import type {PodRef} from '../../../model/kube/kube-object.js'
import type {Live} from '../live.js'
import {adminEvidence} from './admin-evidence.js'

/** Envoy's log levels (spdlog), as in its admin interface. */
const LEVELS = new Set(['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'])

/** Sets one logger's level, or all at once, on a pod's Envoy; only known levels and plain logger names are sent. */
export async function setLogLevel(
  live: Live,
  adminPort: number,
  subject: PodRef,
  level: string,
  logger: string | undefined,
): Promise<Answer<Artifact>> {
  if (!LEVELS.has(level) || (logger !== undefined && !/^[A-Za-z0-9_.-]{1,64}$/.test(logger))) {
    return missing("Envoy's log levels", 'failed', `${logger ?? 'level'}=${level} is not an Envoy log level`)
  }
  const path = `logging?${logger ?? 'level'}=${level}`
  return await adminEvidence(live, 'envoy.logging', subject, path, adminPort, undefined)
}
