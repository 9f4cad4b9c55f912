import {type BatchPart, batchArgv, NO_PROGRAM, parseBatch} from '../../../formats/exec-batch.js'
import {commandsOf, type EvidenceId, evidenceRow} from '../../../model/evidence/evidence.js'
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

/** The outcome of a command that ran in a batch and was not asked for yet; it is handed out once, and not when it is old. Throws the failure it came to. */
export function keptOutcome(
  memory: ExecMemory,
  container: string,
  id: EvidenceId,
  argv: readonly string[],
): ExecOutcome | undefined {
  const key = batchKey(container, [id, ...argv])
  const kept = memory.batched.get(key)
  memory.batched.delete(key)
  if (kept === undefined || Date.now() - kept.endedAt > LIMITS.batchKeptMs) return undefined
  if (kept.outcome instanceof WireFailure) throw kept.outcome
  return {...kept.outcome, endedAt: new Date(kept.endedAt).toISOString()}
}

/**
 * Runs the batch a command belongs to, or waits for the one under way, and gives the outcome of the command. Undefined for a command of no batch, and
 * in a container without a shell: then it runs alone.
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
  const key = batchKey(container, ids)
  const pending =
    memory.running.get(key) ?? runBatch(live, memory, ids, subject, container).finally(() => memory.running.delete(key))
  memory.running.set(key, pending)
  await pending
  return keptOutcome(memory, container, id, argv)
}

async function runBatch(
  live: Live,
  memory: ExecMemory,
  ids: readonly EvidenceId[],
  subject: PodRef,
  container: string,
): Promise<void> {
  const rows = ids.map(commandsOf)
  try {
    const {stdout, exitCode} = await live.exec(subject, container, batchArgv(rows), {
      maxBytes: LIMITS.batchBytes,
      deadlineMs: LIMITS.batchMs,
    })
    const rowsOfParts = exitCode === 0 ? parseBatch(stdout, rows) : undefined
    const endedAt = Date.now()
    if (rowsOfParts === undefined) memory.alone.add(container)
    for (const [place, id] of ids.entries())
      for (const part of rowsOfParts?.[place] ?? [])
        memory.batched.set(batchKey(container, [id, ...part.argv]), {
          outcome: outcomeOf(part, evidenceRow(id).maxBytes),
          endedAt,
        })
  } catch (error) {
    const failure = failureFromError(error)
    if (!OF_THE_BATCH.has(failure.kind)) throw failure
    memory.alone.add(container)
  }
}

function outcomeOf({argv, code, stdout, stderr}: BatchPart, maxBytes: number): ExecOutcome | WireFailure {
  if (code === 'status') {
    const status = parseKubeStatus(Buffer.from(stdout).toString('utf8'))
    return status === undefined ? new WireFailure('protocol', 'an unreadable status') : failureFromStatus(status)
  }
  if (stdout.length > maxBytes)
    return new WireFailure('too-large', `${argv.join(' ')} is larger than ${maxBytes} bytes`)
  if (code === NO_PROGRAM)
    return {argv, stdout, stderr: `exec: "${argv[0]}": executable file not found in $PATH`, exitCode: undefined}
  return {argv, stdout, stderr, exitCode: code}
}
