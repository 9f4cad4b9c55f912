import {denialIn} from '../formats/netfilter/denial.js'
import {type Answer, answered, missing} from '../model/answer.js'
import {type Artifact, type EvidenceId, evidenceRow, type Provenance} from '../model/evidence.js'

/** What one command in a container or network namespace came to. */
export interface ExecOutcome {
  readonly argv: readonly string[]
  readonly stdout: Uint8Array
  readonly stderr: string
  /** undefined: the program could not be started. */
  readonly exitCode: number | undefined
}

/** What means a refusal only on the stderr of a program that was to print evidence; in a text given by hand it may be anything. */
const LOOSE: readonly (readonly [RegExp, 'no-privilege' | 'no-tool'])[] = [
  [/Permission denied/i, 'no-privilege'],
  [/no such file or directory|not found in \$PATH|ENOENT|invalid option/i, 'no-tool'],
]

function reasonOf({stderr}: ExecOutcome): 'no-privilege' | 'no-tool' | 'failed' {
  const reason = denialIn(stderr)?.reason ?? LOOSE.find(([pattern]) => pattern.test(stderr))?.[1]
  return reason === undefined || reason === 'no-container' ? 'failed' : reason
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find(line => line.trim() !== '')
      ?.trim() ?? 'no output'
  )
}

/** True when a try gave the evidence: it ended with 0 and, whatever it said on stderr, its output stands. */
export function succeeded(outcome: ExecOutcome): boolean {
  return outcome.exitCode === 0
}

/** The answer a series of tries gives: the first that worked, else a gap with the most telling reason and what each try said. */
export function execAnswer(id: EvidenceId, outcomes: readonly ExecOutcome[], provenance: Provenance): Answer<Artifact> {
  const good = outcomes.find(succeeded)
  if (good !== undefined) return answered({id, bytes: good.stdout, provenance: {...provenance, argv: good.argv}})
  const reasons = outcomes.map(reasonOf)
  const reason = (['no-privilege', 'failed', 'no-tool'] as const).find(each => reasons.includes(each)) ?? 'failed'
  const detail = outcomes.map(outcome => `${outcome.argv.join(' ')}: ${firstLine(outcome.stderr)}`).join('; ')
  return missing(evidenceRow(id).title, reason, detail)
}
