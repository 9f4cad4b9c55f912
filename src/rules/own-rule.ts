import type {OwnRule} from '../formats/settings/check-config.js'
import type {Proof} from '../model/finding.js'
import {firstLine} from './condition.js'
import {Inconclusive} from './rule.js'
import type {RuleInfo} from './rule-info.js'

/** What a rule of an organisation says of itself, whatever it is about; its slug is its code. */
export function ownRuleInfo({code, severity, title, why, fix, references}: OwnRule) {
  return {
    code,
    slug: code.toLowerCase(),
    aliases: [],
    severity,
    title,
    why,
    fix,
    references,
  } satisfies Partial<RuleInfo>
}

/** What it says where its condition holds. */
export function ownFinding({message, when}: OwnRule): {readonly message: string; readonly proof: readonly Proof[]} {
  return {message, proof: [{from: 'condition', text: when}]}
}

/** The answer of a condition; one that cannot be evaluated or is not boolean is inconclusive. */
export function conditionHolds(ask: () => unknown): boolean {
  let answer: unknown
  try {
    answer = ask()
  } catch (error) {
    throw new Inconclusive(firstLine(error))
  }
  if (typeof answer !== 'boolean') throw new Inconclusive(`the condition returns ${typeof answer}, not a boolean`)
  return answer
}
