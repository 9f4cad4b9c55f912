import type {WireFailure} from '../../../wire/wire-failure.js'
import type {ExecOutcome} from '../../exec-answer.js'

/** What commands in a pod have shown so far, so that nothing is asked again that failed for the container and not for the command. */
export interface ExecMemory {
  /** The command that was denied in a container for lack of a privilege. */
  readonly denied: Map<string, ExecOutcome>
  /** Programs that are not in a container, as `CONTAINER PROGRAM`. */
  readonly absent: Map<string, ExecOutcome>
  /** The end of the last command that needs the privilege: they run one after the other, so that a denial is known to the next. */
  last: Promise<unknown>
  /** Outcomes of batches that were not asked for yet, with when the batch ended (milliseconds since 1970). */
  readonly batched: Map<string, {readonly outcome: ExecOutcome | WireFailure; readonly endedAt: number}>
  /** Batches under way. */
  readonly running: Map<string, Promise<void>>
  /** Containers in which no batch can run. */
  readonly alone: Set<string>
}

/** The key of a batch, or of a command for one of its evidence, in a container. */
export function batchKey(container: string, words: readonly string[]): string {
  return `${container} ${words.join(' ')}`
}

/** Empty memory of a pod. */
export function execMemory(): ExecMemory {
  return {
    denied: new Map(),
    absent: new Map(),
    last: Promise.resolve(),
    batched: new Map(),
    running: new Map(),
    alone: new Set(),
  }
}

/** The outcome that is known of a command before it runs; undefined for one that has to be run. */
export function knownOutcome(
  {denied, absent}: ExecMemory,
  container: string,
  argv: readonly string[],
  needsPrivilege: boolean,
): ExecOutcome | undefined {
  const [program = ''] = argv
  const missing = absent.get(`${container} ${program}`)
  if (missing !== undefined) return {...missing, argv}
  const refused = needsPrivilege ? denied.get(container) : undefined
  if (refused === undefined) return undefined
  return {...refused, argv, stderr: `not tried, since ${refused.argv[0]} was denied: ${refused.stderr}`}
}

/** Keeps what an outcome shows about the container. */
export function rememberOutcome(memory: ExecMemory, container: string, outcome: ExecOutcome, isDenied: boolean): void {
  const [program = ''] = outcome.argv
  if (outcome.exitCode === undefined) memory.absent.set(`${container} ${program}`, outcome)
  else if (isDenied && !memory.denied.has(container)) memory.denied.set(container, outcome)
}

/** Runs work that needs the privilege after the work before it. */
export async function inTurn<T>(memory: ExecMemory, work: () => Promise<T>): Promise<T> {
  const mine = memory.last.then(work, work)
  memory.last = mine.catch(() => undefined)
  return await mine
}
