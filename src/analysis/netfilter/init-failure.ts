import {type ContainerState, injectedContainer, type PodModel} from '../../model/pod.js'

/** Why istio-init or istio-validation could not do its work; `unknown` when its log does not tell or is not there. */
export type InitCause = 'privilege' | 'table' | 'module' | 'lock' | 'nft' | 'validation' | 'unknown'

/** One of the two containers that failed, and why. */
export interface InitFailure {
  readonly container: 'istio-init' | 'istio-validation'
  readonly state: ContainerState
  readonly cause: InitCause
  /** The line of the log that says so. */
  readonly line?: string
}

/** The exit code of a validation that did not see its own connection captured (pilot-agent istio-iptables --run-validation). */
const VALIDATION_FAILED = 126

/** What iptables, the kernel's module loader and pilot-agent write, most telling first: a refusal also ends in talk of tables. */
const CAUSES: readonly (readonly [RegExp, InitCause])[] = [
  [/^(?!.*modprobe).*(Permission denied|Operation not permitted|you must be root)/i, 'privilege'],
  [/missing kernel module|No chain\/target\/match by that name/i, 'module'],
  [
    /can't initialize ip6?tables table|unable to initialize table|does the table exist|do you need to insmod|Module ip6?_?tables?\S* not found|Failed to initialize nft|Protocol not supported/i,
    'table',
  ],
  [/Module \S+ not found/i, 'module'],
  [/xtables lock/i, 'lock'],
  [/nft: (command )?not found|exec: "nft"/i, 'nft'],
  [/validation failed|validation timeout|iptables validation/i, 'validation'],
]

function causeIn(log: string | undefined): {readonly cause: InitCause; readonly line: string} | undefined {
  const lines = log?.split('\n') ?? []
  for (const [test, cause] of CAUSES) {
    const line = lines.find(each => test.test(each))
    if (line !== undefined) return {cause, line: line.trim()}
  }
  return undefined
}

/** A container that ended well in the end did what it had to, whatever it took. */
function hasFailed({state, exitCode, lastExitCode = 0, reason}: ContainerState): boolean {
  if (state === 'terminated' && exitCode === 0) return false
  return (exitCode ?? 0) !== 0 || lastExitCode !== 0 || reason === 'CrashLoopBackOff'
}

/** The exit code a container ended with, now or before it was started again. */
export function exitCodeOf({exitCode, lastExitCode}: ContainerState): number | undefined {
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
    if (exitCodeOf(state) === VALIDATION_FAILED) return [{container, state, cause: 'validation' as const}]
    const said = container === 'istio-init' ? causeIn(initLog) : undefined
    return [{container, state, cause: said?.cause ?? 'unknown', ...(said === undefined ? {} : {line: said.line})}]
  })
}
