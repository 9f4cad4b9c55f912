import {denialIn} from '../formats/netfilter/denial.js'
import {type Answer, answered, missing} from '../model/evidence/answer.js'
import {type Artifact, type EvidenceId, evidenceRow, type Provenance} from '../model/evidence/evidence.js'

/** The result of one command in a container or network namespace. */
export interface ExecOutcome {
  readonly argv: readonly string[]
  readonly stdout: Uint8Array
  readonly stderr: string
  /** undefined: the program could not be started. */
  readonly exitCode: number | undefined
  /** When it ended, ISO 8601; absent for one that just did. */
  readonly endedAt?: string
}

/** Patterns that mean a refusal only in the stderr of an evidence command; in a file they may mean anything. */
const LOOSE: readonly (readonly [RegExp, 'no-privilege' | 'no-tool'])[] = [
  [/Permission denied/i, 'no-privilege'],
  [/no such file or directory|not found in \$PATH|ENOENT|invalid option/i, 'no-tool'],
]

function reasonOf({stderr}: ExecOutcome): 'no-privilege' | 'no-tool' | 'failed' {
  const reason = denialIn(stderr)?.reason ?? LOOSE.find(([pattern]) => pattern.test(stderr))?.[1]
  return reason === undefined || reason === 'no-container' ? 'failed' : reason
}

/** What kubelet, containerd, CRI-O and runc write before the message of the failure itself, one wrapped in the other. */
const WRAPPERS =
  /^(?:Internal error occurred|error executing command in container|failed to exec in container|failed to start exec "?[\w-]*"?|rpc error|code = \w+ desc =|command terminated with exit code \d+|OCI runtime exec failed|exec failed|unable to start container process|unable to exec|container_linux\.go:\d+|starting container process caused)(?:: |, | )/

/** Longer messages of single commands are cut. */
const MAX_MESSAGE = 160

/** The failure itself, without what each layer between the pod and the API server wrote before it. */
function withoutWrappers(text: string): string {
  let left = text.replace(/: unknown$/, '')
  for (let next = left.replace(WRAPPERS, ''); next !== left && next !== ''; next = left.replace(WRAPPERS, ''))
    left = next
  return left.length <= MAX_MESSAGE ? left : `${left.slice(0, MAX_MESSAGE)}…`
}

function firstLine(text: string): string {
  const line = text.split('\n').find(each => each.trim() !== '')
  return line === undefined ? 'no output' : withoutWrappers(line.trim())
}

/** The messages of commands, each once: commands that failed the same way share one. */
function messages(outcomes: readonly ExecOutcome[]): string {
  const alike = new Map<string, string[]>()
  for (const {argv, stderr} of outcomes) {
    const message = firstLine(stderr)
    alike.set(message, [...(alike.get(message) ?? []), argv.join(' ')])
  }
  return [...alike].map(([message, commands]) => `${commands.join(', ')}: ${message}`).join('; ')
}

/** True if a command produced the evidence: it exited with 0, whatever it wrote to stderr. */
export function succeeded(outcome: ExecOutcome): boolean {
  return outcome.exitCode === 0
}

/** True if a command was refused for lack of a privilege. */
export function wasDenied(outcome: ExecOutcome): boolean {
  return !succeeded(outcome) && reasonOf(outcome) === 'no-privilege'
}

/** The answer of a series of commands: the first that worked, else a gap with the most specific reason and the message of each. */
export function execAnswer(id: EvidenceId, outcomes: readonly ExecOutcome[], provenance: Provenance): Answer<Artifact> {
  const good = outcomes.find(succeeded)
  if (good !== undefined) return answered({id, bytes: good.stdout, provenance: {...provenance, argv: good.argv}})
  const reasons = outcomes.map(reasonOf)
  const reason = (['no-privilege', 'failed', 'no-tool'] as const).find(each => reasons.includes(each)) ?? 'failed'
  return missing(evidenceRow(id).title, reason, messages(outcomes))
}
