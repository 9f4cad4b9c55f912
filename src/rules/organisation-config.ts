import type {OwnRule} from '../formats/settings/check-config.js'
import {readObjectCondition} from './condition.js'
import type {ConfigFound, ConfigRule} from './config/config-rule.js'
import {conditionHolds, ownFinding, ownRuleInfo} from './own-rule.js'
import {Inconclusive} from './rule.js'

function ruleOf(own: OwnRule): ConfigRule {
  const {kinds} = own
  const holds = readObjectCondition(own.code, own.when)
  return {
    ...ownRuleInfo(own),
    kinds,
    check: set =>
      kinds
        .flatMap(kind => set.of(kind))
        .flatMap((object): readonly ConfigFound[] => {
          try {
            return conditionHolds(() => holds(object.raw)) ? [{object, ...ownFinding(own)}] : []
          } catch (error) {
            if (!(error instanceof Inconclusive)) throw error
            return [{object, undecided: 'failed', message: error.message}]
          }
        }),
  }
}

/** The rules of an organisation about objects of the mesh configuration; an invalid condition is an error. */
export function organisationConfigRules(own: readonly OwnRule[]): readonly ConfigRule[] {
  return own.map(ruleOf)
}
