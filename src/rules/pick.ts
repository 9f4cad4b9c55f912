import {UserError} from '../model/user-error.js'
import type {Rule} from './rule.js'

function matches(rule: Rule, word: string): boolean {
  const wanted = word.toLowerCase()
  return [rule.code, rule.slug, ...rule.aliases].some(name => name.toLowerCase() === wanted)
}

function words(lists: readonly string[] | undefined): readonly string[] {
  return (lists ?? [])
    .flatMap(list => list.split(','))
    .map(word => word.trim())
    .filter(word => word !== '')
}

/** The rule of a code, slug or Istio analyzer code. */
export function findRules(rules: readonly Rule[], word: string): readonly Rule[] {
  return rules.filter(rule => matches(rule, word))
}

/** The rules left by --only and --skip; a name no rule has is an error, and so is a choice that leaves none. */
export function pickRules(
  rules: readonly Rule[],
  only: readonly string[] | undefined,
  skip: readonly string[] | undefined,
): readonly Rule[] {
  const [wanted, unwanted] = [words(only), words(skip)]
  const strange = [...wanted, ...unwanted].find(word => findRules(rules, word).length === 0)
  if (strange !== undefined) {
    throw new UserError(`no rule is called ${JSON.stringify(strange)}`, {next: 'meshctl rules   # lists them'})
  }
  if (only !== undefined && wanted.length === 0) {
    throw new UserError('--only names no rule', {next: 'meshctl rules   # lists them'})
  }
  const left = rules
    .filter(rule => wanted.length === 0 || wanted.some(word => matches(rule, word)))
    .filter(rule => !unwanted.some(word => matches(rule, word)))
  if (left.length === 0) throw new UserError('--only and --skip leave no rule to ask')
  return left
}
