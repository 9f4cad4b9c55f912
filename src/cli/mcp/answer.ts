import {scrubJson, scrubText} from '../../formats/redact/scrub.js'
import {gapSentences} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {reportExitCode} from '../../reports/report.js'
import {bounded, type CutList} from './bounded.js'
import type {Tool, ToolContext} from './tool.js'
import {readInput} from './tools.js'

/** The typed result of every tool; the schema a client sees is `RESULT_SCHEMA`. */
interface ToolResult {
  /** What could not be read, with the reason. */
  readonly notChecked: readonly string[]
  /** Lists that were cut because the answer was too large. */
  readonly cut: readonly CutList[]
  /** `findings`: something is wrong; `unknown`: nothing found, but something could not be read; `fine` otherwise. */
  readonly verdict: 'fine' | 'findings' | 'unknown'
  /** What the command prints with -o json. */
  readonly answer: unknown
}

export const RESULT_SCHEMA = {
  type: 'object',
  required: ['notChecked', 'cut', 'verdict', 'answer'],
  properties: {
    notChecked: {type: 'array', items: {type: 'string'}, description: 'what could not be read, with the reason'},
    cut: {
      type: 'array',
      description: 'lists of the answer that were cut because it was too large: ask for less, such as one namespace',
      items: {
        type: 'object',
        required: ['at', 'kept', 'of'],
        properties: {at: {type: 'string'}, kept: {type: 'integer'}, of: {type: 'integer'}},
      },
    },
    verdict: {
      enum: ['fine', 'findings', 'unknown'],
      description: 'findings: something is wrong; unknown: nothing was found, but something could not be read',
    },
    answer: {type: ['object', 'array'], description: 'what the command prints with -o json'},
  },
} as const

/** Characters of an answer: what a model can read beside a conversation. */
const ANSWER_CHARS = 100_000
/** Gaps that are listed one by one. */
const GAPS = 50
const VERDICTS = {0: 'fine', 1: 'findings', 3: 'unknown'} as const

/** Asks a tool; secrets are hidden and lists are cut until the answer is small enough. */
export async function answerOf(
  tool: Tool,
  context: ToolContext,
  given: Readonly<Record<string, unknown>>,
  limit = ANSWER_CHARS,
): Promise<ToolResult> {
  const {report, data} = await tool.run(context, readInput(tool, given))
  const gaps = gapSentences(report.gaps).map(each => scrubText(each))
  const more = gaps.length > GAPS ? [`and ${gaps.length - GAPS} more`] : []
  const plain: unknown = JSON.parse(scrubJson(JSON.stringify(data)))
  const held = bounded(plain, limit)
  if (held === undefined)
    throw new UserError(`the answer of ${tool.name} is larger than ${limit} characters`, {
      hint: `Ask for less, or run meshctl ${tool.command} -o json.`,
    })
  return {
    notChecked: [...gaps.slice(0, GAPS), ...more],
    cut: held.cut,
    verdict: VERDICTS[reportExitCode(report)],
    answer: held.answer,
  }
}
