import {at, flagOf, listOf, numberOf, objectOf, textOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube/kube-object.js'

export interface PodSummary {
  readonly ready: string
  readonly status: string
  readonly restarts: number
  readonly lastRestart: string | undefined
}

interface Counted {
  readonly reason: string
  readonly restarts: number
  readonly last: string | undefined
  /** Restartable init containers that are ready: they count as containers. */
  readonly ready: number
  readonly initializing: boolean
}

function endedReason(state: unknown, prefix: string): string | undefined {
  const ended = objectOf(state, 'terminated')
  if (ended === undefined) return undefined
  const reason = textOf(ended, 'reason') ?? ''
  if (reason !== '') return `${prefix}${reason}`
  const signal = numberOf(ended, 'signal') ?? 0
  return signal !== 0 ? `${prefix}Signal:${signal}` : `${prefix}ExitCode:${numberOf(ended, 'exitCode') ?? 0}`
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  return b !== undefined && (a === undefined || Date.parse(b) > Date.parse(a)) ? b : a
}

function initContainers(pod: KubeObject, phaseReason: string): Counted {
  const specs = listOf(pod, 'spec', 'initContainers')
  const restartable = new Set(
    specs.filter(each => textOf(each, 'restartPolicy') === 'Always').map(each => textOf(each, 'name')),
  )
  let reason = phaseReason
  let restarts = 0
  let sidecarRestarts = 0
  let last: string | undefined
  let sidecarLast: string | undefined
  let ready = 0
  for (const [index, status] of listOf(pod, 'status', 'initContainerStatuses').entries()) {
    const sidecar = restartable.has(textOf(status, 'name'))
    const count = numberOf(status, 'restart_count') ?? 0
    const ended = textOf(status, 'last_state', 'terminated', 'finished_at')
    restarts += count
    last = later(last, ended)
    if (sidecar) {
      sidecarRestarts += count
      sidecarLast = later(sidecarLast, ended)
    }
    if (
      objectOf(status, 'state', 'terminated') !== undefined &&
      numberOf(status, 'state', 'terminated', 'exit_code') === 0
    )
      continue
    if (sidecar && flagOf(status, 'started') === true) {
      if (flagOf(status, 'ready') === true) ready += 1
      continue
    }
    const waiting = textOf(status, 'state', 'waiting', 'reason')
    reason =
      endedReason(at(status, 'state'), 'Init:') ??
      (waiting !== undefined && waiting !== '' && waiting !== 'PodInitializing'
        ? `Init:${waiting}`
        : `Init:${index}/${specs.length}`)
    return {reason, restarts, last, ready, initializing: true}
  }
  return {reason, restarts: sidecarRestarts, last: sidecarLast, ready, initializing: false}
}

function isInitialized(pod: KubeObject): boolean {
  return listOf(pod, 'status', 'conditions').some(
    each => textOf(each, 'type') === 'Initialized' && textOf(each, 'status') === 'True',
  )
}

/** READY, STATUS and RESTARTS of a pod as the API server's printer computes them (kubernetes pkg/printers/internalversion, printPod). */
export function podSummary(pod: KubeObject): PodSummary {
  const specs = listOf(pod, 'spec', 'containers').length
  const sidecars = listOf(pod, 'spec', 'initContainers').filter(
    each => textOf(each, 'restartPolicy') === 'Always',
  ).length
  const gated = listOf(pod, 'status', 'conditions').some(
    each => textOf(each, 'type') === 'PodScheduled' && textOf(each, 'reason') === 'SchedulingGated',
  )
  const first = gated ? 'SchedulingGated' : textOf(pod, 'status', 'reason') || (textOf(pod, 'status', 'phase') ?? '')
  const init = initContainers(pod, first)
  let {reason, restarts, last, ready} = init
  if (!init.initializing || isInitialized(pod)) {
    let running = false
    for (const status of [...listOf(pod, 'status', 'containerStatuses')].reverse()) {
      restarts += numberOf(status, 'restart_count') ?? 0
      last = later(last, textOf(status, 'last_state', 'terminated', 'finished_at'))
      const waiting = textOf(status, 'state', 'waiting', 'reason') ?? ''
      const ended = endedReason(at(status, 'state'), '')
      if (waiting !== '') reason = waiting
      else if (ended !== undefined) reason = ended
      else if (flagOf(status, 'ready') === true && objectOf(status, 'state', 'running') !== undefined) {
        running = true
        ready += 1
      }
    }
    if (reason === 'Completed' && running) reason = isPodReady(pod) ? 'Running' : 'NotReady'
  }
  if (textOf(pod, 'metadata', 'deletionTimestamp') !== undefined) {
    reason = textOf(pod, 'status', 'reason') === 'NodeLost' ? 'Unknown' : 'Terminating'
  }
  return {ready: `${ready}/${specs + sidecars}`, status: reason, restarts, lastRestart: last}
}

function isPodReady(pod: KubeObject): boolean {
  return listOf(pod, 'status', 'conditions').some(
    each => textOf(each, 'type') === 'Ready' && textOf(each, 'status') === 'True',
  )
}
