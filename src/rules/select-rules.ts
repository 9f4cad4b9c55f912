import {UserError} from '../model/evidence/user-error.js'
import {commaList} from '../model/text/comma-list.js'
import type {RuleInfo} from './rule-info.js'

/** True when the word is the rule's code, slug or Istio analyzer code, in any case. */
export function matchesRuleName(rule: Pick<RuleInfo, 'code' | 'slug' | 'aliases'>, word: string): boolean {
  const wanted = word.toLowerCase()
  return [rule.code, rule.slug, ...rule.aliases].some(name => name.toLowerCase() === wanted)
}

/** The rules with that code, slug or Istio analyzer code. */
export function findRules<R extends RuleInfo>(rules: readonly R[], word: string): readonly R[] {
  return rules.filter(rule => matchesRuleName(rule, word))
}

/** The rules selected by --only and --skip; an unknown name is an error, and so is an empty selection. */
export function selectRules<R extends RuleInfo>(
  rules: readonly R[],
  only: readonly string[] | undefined,
  skip: readonly string[] | undefined,
): readonly R[] {
  const [wanted, unwanted] = [(only ?? []).flatMap(commaList), (skip ?? []).flatMap(commaList)]
  const unknown = [...wanted, ...unwanted].find(word => findRules(rules, word).length === 0)
  if (unknown !== undefined) {
    throw new UserError(`unknown rule ${JSON.stringify(unknown)}`, {next: 'meshctl rules   # lists them'})
  }
  if (only !== undefined && wanted.length === 0) {
    throw new UserError('--only names no rule', {next: 'meshctl rules   # lists them'})
  }
  const left = rules
    .filter(rule => wanted.length === 0 || wanted.some(word => matchesRuleName(rule, word)))
    .filter(rule => !unwanted.some(word => matchesRuleName(rule, word)))
  if (left.length === 0) throw new UserError('--only and --skip leave no rule to check')
  return left
}
