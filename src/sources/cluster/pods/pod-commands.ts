import {batchTitle} from '../../../formats/exec-batch.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import type {PodRef} from '../../../model/kube/kube-object.js'
import {collectBytes, collectHead} from '../../../wire/collect.js'
import {withSlot} from '../../../wire/concurrency-limiter.js'
import {execInPod} from '../../../wire/exec.js'
import {WireFailure} from '../../../wire/wire-failure.js'
import type {ExecOutcome} from '../../exec-answer.js'
import {LIMITS} from '../../limits.js'
import {type Api, type CallLimits, totalFor} from '../api/api.js'

/** Runs a command in a container of a pod; one that is not there is an outcome without an exit code. */
export type RunInPod = (
  ref: PodRef,
  container: string,
  argv: readonly string[],
  limits: CallLimits,
) => Promise<ExecOutcome>

/** Runs commands in pods; a namespace in which the user may not is asked once. */
export function podCommands(api: Api): RunInPod {
  const refusals = new Map<string, WireFailure>()
  return async (ref, container, argv, limits) => {
    const refused = refusals.get(ref.namespace)
    if (refused !== undefined) throw refused
    const shown = batchTitle(argv)
    const stdout = collectBytes(shown ?? argv.join(' '), limits.maxBytes)
    const stderr = collectHead(LIMITS.stderrBytes)
    const target = {namespace: ref.namespace, pod: ref.name, container, argv, ...definedFields({shown})}
    const silence = definedFields({idleMs: api.idleMs})
    const bounds = {totalMs: totalFor(api.idleMs, limits.deadlineMs), signal: api.signal, ...silence}
    try {
      const streams = {stdout: stdout.sink, stderr: stderr.sink}
      const run = () => execInPod(api.server, target, streams, bounds)
      const {exitCode} = await withSlot(api.server.limiter, api.signal, run)
      return {argv, stdout: stdout.bytes(), stderr: stderr.bytes().toString('utf8'), exitCode}
    } catch (error) {
      if (!(error instanceof WireFailure)) throw error
      if (error.details.missing?.resource === 'pods/exec') refusals.set(ref.namespace, error)
      // A missing program is not an error: the next command may exist.
      const absent = error.kind === 'no-tool' && error.details.recordedGap === undefined
      if (absent) return {argv, stdout: new Uint8Array(), stderr: error.message, exitCode: undefined}
      throw error
    }
  }
}
