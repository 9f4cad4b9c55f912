import type {Rule} from '../../../model/kernel/ruleset.js'
import {type Diagram, FALSE, type Node, TRUE} from './diagram.js'
import {UNDECIDED_LEVEL} from './dimensions.js'

/** A rule that cannot be decided from the text, with its position and the reason. */
export interface UndecidedRule {
  readonly rule: Rule
  readonly at: string
  readonly because?: string
}

/** Rules that cannot be decided from the text, each a variable of its own. */
export interface UndecidedRules {
  /** The condition that the rule matches. */
  condition(found: UndecidedRule): Node
  /** The rule that a level represents. */
  at(level: number): UndecidedRule | undefined
  isEmpty(): boolean
}

/** An empty table of undecided rules. */
export function undecidedRules(diagram: Diagram): UndecidedRules {
  const rules: UndecidedRule[] = []
  const levels = new Map<Rule, number>()
  return {
    condition: found => {
      let level = levels.get(found.rule)
      if (level === undefined) {
        level = UNDECIDED_LEVEL + rules.length
        rules.push(found)
        levels.set(found.rule, level)
      }
      return diagram.make(level, FALSE, TRUE)
    },
    at: level => rules[level - UNDECIDED_LEVEL],
    isEmpty: () => rules.length === 0,
  }
}
