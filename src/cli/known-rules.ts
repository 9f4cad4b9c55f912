import type {CheckConfig} from '../formats/check-config.js'
import {RULES} from '../rules/registry.js'
import type {MeshRule} from '../rules/rule.js'
import {withParameters} from '../rules/team-parameters.js'

/** All rules of a team: the built-in ones with the team's parameters, and its own; the condition parser is loaded only for own rules. */
export async function knownRules(config: CheckConfig): Promise<readonly MeshRule[]> {
  const own =
    config.rules.length === 0 ? [] : (await import('../rules/organisation.js')).organisationRules(config.rules)
  return withParameters([...RULES, ...own], config.parameters, config.file)
}
