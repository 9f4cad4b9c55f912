import {UserError} from '../../model/evidence/user-error.js'
import {commaList} from '../../model/text/comma-list.js'
import type {AnyRule} from '../../rules/any-rule.js'
import {findRules} from '../../rules/select-rules.js'

/** Where a rule runs that is not among those of this run, as a command; undefined for a word that names no rule at all. */
async function commandFor(word: string): Promise<string | undefined> {
  const {ALL_RULES} = await import('../../rules/all-rules.js')
  const {UPGRADE_RULES} = await import('../../rules/upgrade/registry.js')
  const [rule] = findRules(ALL_RULES, word)
  if (rule === undefined) return undefined
  if (UPGRADE_RULES.some(({code}) => code === rule.code)) return `meshctl precheck --only ${word}`
  return 'optIn' in rule ? `meshctl analyze --only ${word}` : `meshctl check -A --only ${word}`
}

interface Chosen {
  readonly only?: readonly string[] | undefined
  readonly skip?: readonly string[] | undefined
}

/**
 * What --only and --skip, or the settings of a team, choose among the rules of this run. A rule that only another run has needs no skipping, and
 * settings hold for every run; to ask for such rules alone is an error that names the command which has them.
 */
export async function chosenAmong(rules: readonly AnyRule[], flags: Chosen, settings: Chosen): Promise<Chosen> {
  const isHere = (word: string) => findRules(rules, word).length > 0
  const split = async (given: readonly string[] | undefined) => {
    const words = (given ?? []).flatMap(commaList)
    const elsewhere = await Promise.all(words.map(async word => (isHere(word) ? undefined : await commandFor(word))))
    return {
      left: given === undefined ? undefined : words.filter((_, at) => elsewhere[at] === undefined),
      away: words.flatMap((word, at) => (elsewhere[at] === undefined ? [] : [{word, command: elsewhere[at]}])),
    }
  }
  const only = await split(flags.only ?? settings.only)
  const skip = await split(flags.skip ?? settings.skip)
  const [first] = only.away
  if (first !== undefined && (flags.only !== undefined || only.left?.length === 0))
    throw new UserError(`rule ${JSON.stringify(first.word)} is not one of those that check runs here`, {
      next: first.command,
    })
  return {only: only.left, skip: skip.left}
}
