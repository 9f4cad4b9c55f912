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

const NO_PRIVILEGE =
  /you must be root|Permission denied|Operation not permitted|xtables\.lock|ip_tables_names|CAP_NET_ADMIN/i
const NO_TOOL =
  /executable file not found|no such file or directory|not found in \$PATH|ENOENT|command not found|applet not found|invalid option/i

function reasonOf(outcome: ExecOutcome): 'no-privilege' | 'no-tool' | 'failed' {
  const text = outcome.stderr
  if (NO_TOOL.test(text) && !NO_PRIVILEGE.test(text)) return 'no-tool'
  if (NO_PRIVILEGE.test(text)) return 'no-privilege'
  return 'failed'
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
