import {definedFields} from '../../model/collections/defined-fields.js'
import {type ContainerState, injectedContainer, type PodModel} from '../../model/kube/pod.js'
import {firstSign, type SetupCause} from './setup/signs.js'

/** One of the two containers that failed, and why. */
export interface InitFailure {
  readonly container: 'istio-init' | 'istio-validation'
  readonly state: ContainerState
  readonly cause: SetupCause
  /** The line of the log that says so. */
  readonly line?: string
}

/** The exit code of a validation that did not see its own connection captured (pilot-agent istio-iptables --run-validation). */
const VALIDATION_FAILED = 126

function causeIn(log: string | undefined): {readonly cause: SetupCause; readonly line: string} | undefined {
  const lines = log?.split('\n') ?? []
  const found = firstSign(lines)
  return found === undefined ? undefined : {cause: found.sign.cause, line: (lines[found.index] ?? '').trim()}
}

/** A container that ended well in the end did what it had to, whatever it took. */
function hasFailed({state, exitCode, lastExitCode = 0, reason}: ContainerState): boolean {
  if (state === 'terminated' && exitCode === 0) return false
  return (exitCode ?? 0) !== 0 || lastExitCode !== 0 || reason === 'CrashLoopBackOff'
}

/** The exit code a container ended with, now or before it was started again. */
export function containerExitCode({exitCode, lastExitCode}: ContainerState): number | undefined {
  return exitCode ?? lastExitCode
}

/** True when istio-init failed and only its log, which is not there, would tell why. */
export function isCauseUnknown(pod: PodModel, initLog: string | undefined): boolean {
  const failures = initLog === undefined ? initFailures(pod, undefined) : []
  return failures.some(({container, cause}) => container === 'istio-init' && cause === 'unknown')
}

/** The containers that set up or check the capture of a pod and failed at it; the log is istio-init's. */
export function initFailures(pod: PodModel, initLog: string | undefined): readonly InitFailure[] {
  return (['istio-init', 'istio-validation'] as const).flatMap(container => {
    const state = injectedContainer(pod, container)?.state
    if (state === undefined || !hasFailed(state)) return []
    if (containerExitCode(state) === VALIDATION_FAILED) return [{container, state, cause: 'validation' as const}]
    const said = container === 'istio-init' ? causeIn(initLog) : undefined
    return [
      {
        container,
        state,
        cause: said?.cause ?? 'unknown',
        ...definedFields({line: said?.line}),
      },
    ]
  })
}
