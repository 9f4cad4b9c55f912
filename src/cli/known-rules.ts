import type {CheckConfig} from '../formats/check-config.js'
import {RULES} from '../rules/registry.js'
import type {MeshRule} from '../rules/rule.js'
import {withParameters} from '../rules/team-parameters.js'

/** Every rule there is for a team: those of the program with the team's parameters, and its own; what reads conditions is loaded only for those. */
export async function knownRules(config: CheckConfig): Promise<readonly MeshRule[]> {
  const own =
    config.rules.length === 0 ? [] : (await import('../rules/organisation.js')).organisationRules(config.rules)
  return withParameters([...RULES, ...own], config.parameters, config.file)
}
