import type {Rule} from '../../../model/kernel/ruleset.js'
import type {PacketVerdict, Turn} from '../packet-walk/verdict.js'

/** `asked` is the value the sender requested; other values were set by a rule. */
export type Written<T> = T | 'asked'

/** The rule an outcome depends on, by its position; `why` is the missing part of its text, or empty. */
export interface DependsOn {
  readonly at: string
  readonly rule: number
  readonly text: string
  readonly why: string
}

/** How the path of a set of packets ends. */
export type PacketOutcome =
  | {
      readonly kind: 'delivered'
      readonly address: Written<string>
      readonly port: Written<number>
      readonly transparent: boolean
      /** How a rule redirected it to another socket. */
      readonly turned?: Turn
    }
  | {readonly kind: 'sent'; readonly device: string; readonly address: Written<string>; readonly port: Written<number>}
  | {readonly kind: 'dropped' | 'refused'; readonly reason: string; readonly at?: string}
  | {readonly kind: 'error'; readonly reason: string}
  | {readonly kind: 'insufficient'; readonly depends: readonly DependsOn[]}
  /** Not a packet of the question. */
  | {readonly kind: 'none'}

/** The number of `none` among outcomes. */
export const NO_PACKET = 0

/** Outcomes by number; equal outcomes share a number. */
export interface OutcomeTable {
  number(outcome: PacketOutcome): number
  outcome(number: number): PacketOutcome
}

/** An empty table. */
export function outcomeTable(): OutcomeTable {
  const all: PacketOutcome[] = []
  const numbers = new Map<string, number>()
  const number = (outcome: PacketOutcome): number => {
    const key = JSON.stringify(outcome)
    const known = numbers.get(key) ?? all.push(outcome) - 1
    numbers.set(key, known)
    return known
  }
  number({kind: 'none'})
  return {number, outcome: index => all[index] ?? {kind: 'none'}}
}

/** A key for comparing outcomes, equal when the sender cannot see a difference; as the packet walk compares branches. */
export function outcomeKey(outcome: PacketOutcome): string {
  switch (outcome.kind) {
    case 'delivered':
    case 'sent':
      return `${outcome.kind} ${outcome.address} ${outcome.port}`
    case 'insufficient':
      return `insufficient ${outcome.depends.map(each => `${each.at} ${each.rule}`).join()}`
    default:
      return outcome.kind
  }
}

/** The outcome that depends on an undecided rule. */
export function dependsOn(at: string, rule: Rule, why: string): PacketOutcome {
  return {kind: 'insufficient', depends: [{at, rule: rule.position, text: rule.text, why}]}
}

/** The verdict, as `verdictOf` gives it for a walk. */
export function outcomeVerdict(outcome: PacketOutcome): PacketVerdict | 'none' {
  switch (outcome.kind) {
    case 'delivered':
      if (outcome.turned === undefined) return 'direct'
      return outcome.turned === 'elsewhere' ? 'redirected' : 'captured'
    case 'sent':
      return 'escapes'
    default:
      return outcome.kind
  }
}
