import {type BatchPart, batchArgv, parseBatch} from '../../../formats/exec-batch.js'
import {type EvidenceId, evidenceRow} from '../../../model/evidence/evidence.js'
import type {PodRef} from '../../../model/kube/kube-object.js'
import {failureFromStatus} from '../../../wire/classify.js'
import {parseKubeStatus} from '../../../wire/kube-status.js'
import {type FailureKind, failureFromError, WireFailure} from '../../../wire/wire-failure.js'
import type {ExecOutcome} from '../../exec-answer.js'
import {LIMITS} from '../../limits.js'
import type {Live} from '../live.js'
import {batchKey, type ExecMemory} from './exec-memory.js'

/** Evidence that is asked together: its commands run in one process of the container. */
const BATCHES: readonly (readonly EvidenceId[])[] = [
  ['net.iptables.nft', 'net.iptables.legacy', 'net.ip6tables.nft', 'net.ip6tables.legacy', 'net.nft'],
  ['net.ip-rule', 'net.ip-route', 'net.ip-addr', 'net.sockets'],
]

/** Failures after which the commands of a batch may still work one by one: policies may forbid shells, and images have none. */
const OF_THE_BATCH = new Set<FailureKind>([
  'timeout',
  'too-large',
  'protocol',
  'bad-request',
  'no-tool',
  'server-error',
  'forbidden',
])

/** True while the outcome of a command that ran in a batch waits to be asked for. */
export function isBatched(memory: ExecMemory, container: string, argv: readonly string[]): boolean {
  const kept = memory.batched.get(batchKey(container, argv))
  return kept !== undefined && Date.now() - Date.parse(kept.endedAt) <= LIMITS.batchKeptMs
}

/**
 * The outcome of a command by the batch it belongs to; each is handed out once, so asking again runs it again. Undefined for a command of no batch,
 * and in a container without a shell: then it runs alone.
 */
export async function batchedOutcome(
  live: Live,
  memory: ExecMemory,
  id: EvidenceId,
  subject: PodRef,
  container: string,
  argv: readonly string[],
): Promise<ExecOutcome | undefined> {
  const ids = BATCHES.find(each => each.includes(id))
  if (ids === undefined || memory.alone.has(container)) return undefined
  const key = batchKey(container, argv)
  if (!isBatched(memory, container, argv)) {
    const running = batchKey(container, ids)
    const pending = memory.running.get(running) ?? runBatch(live, memory, ids, subject, container)
    memory.running.set(running, pending)
    try {
      await pending
    } finally {
      memory.running.delete(running)
    }
  }
  const found = memory.batched.get(key)
  memory.batched.delete(key)
  if (found?.outcome instanceof WireFailure) throw found.outcome
  return found === undefined ? undefined : {...found.outcome, endedAt: found.endedAt}
}

async function runBatch(
  live: Live,
  memory: ExecMemory,
  ids: readonly EvidenceId[],
  subject: PodRef,
  container: string,
): Promise<void> {
  const rows = ids.map(id => {
    const {how} = evidenceRow(id)
    return how.via === 'exec' ? how.tries : []
  })
  try {
    const {stdout, exitCode} = await live.exec(subject, container, batchArgv(rows), {
      maxBytes: LIMITS.batchBytes,
      deadlineMs: LIMITS.batchMs,
    })
    const rowsOfParts = exitCode === 0 ? parseBatch(stdout, rows) : undefined
    const endedAt = new Date().toISOString()
    if (rowsOfParts === undefined) memory.alone.add(container)
    for (const [place, parts] of (rowsOfParts ?? []).entries())
      for (const part of parts) {
        const outcome = outcomeOf(part, evidenceRow(ids[place] as EvidenceId).maxBytes)
        memory.batched.set(batchKey(container, part.argv), {outcome, endedAt})
      }
  } catch (error) {
    const failure = failureFromError(error)
    if (!OF_THE_BATCH.has(failure.kind)) throw failure
    memory.alone.add(container)
  }
}

/** The shell's exit code for a program that is not there. */
const NOT_FOUND = 127

function outcomeOf({argv, code, stdout, stderr}: BatchPart, maxBytes: number): ExecOutcome | WireFailure {
  if (code === 'status') {
    const status = parseKubeStatus(Buffer.from(stdout).toString('utf8'))
    return status === undefined ? new WireFailure('protocol', 'an unreadable status') : failureFromStatus(status)
  }
  if (stdout.length > maxBytes)
    return new WireFailure('too-large', `${argv.join(' ')} is larger than ${maxBytes} bytes`)
  if (code === NOT_FOUND)
    return {argv, stdout, stderr: `exec: "${argv[0]}": executable file not found in $PATH`, exitCode: undefined}
  return {argv, stdout, stderr, exitCode: code}
}
