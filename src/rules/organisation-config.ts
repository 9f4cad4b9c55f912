import type {OwnRule} from '../formats/check-config.js'
import {firstLine, readObjectCondition} from './condition.js'
import type {ConfigFound, ConfigRule} from './config/config-rule.js'

function ruleOf({code, severity, title, kinds, when, message, why, fix, references}: OwnRule): ConfigRule {
  const holds = readObjectCondition(code, when)
  return {
    code,
    slug: code.toLowerCase(),
    aliases: [],
    severity,
    title,
    why,
    fix,
    references,
    kinds,
    check: set =>
      kinds
        .flatMap(kind => set.of(kind))
        .flatMap((object): readonly ConfigFound[] => {
          try {
            const answer = holds(object.raw)
            if (typeof answer === 'boolean')
              return answer ? [{object, message, proof: [{from: 'condition', text: when}]}] : []
            return [{object, undecided: 'failed', message: `the condition returns ${typeof answer}, not a boolean`}]
          } catch (error) {
            return [{object, undecided: 'failed', message: firstLine(error)}]
          }
        }),
  }
}

/** The rules of an organisation about objects of the mesh configuration; an invalid condition is an error. */
export function organisationConfigRules(own: readonly OwnRule[]): readonly ConfigRule[] {
  return own.map(ruleOf)
}
