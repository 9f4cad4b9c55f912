import type {CheckConfig} from '../../formats/settings/check-config.js'
import type {ConfigRule} from '../../rules/config/config-rule.js'
import {CONFIG_RULES} from '../../rules/config/registry.js'
import {RULES} from '../../rules/registry.js'
import type {MeshRule} from '../../rules/rule.js'
import {withParameters} from '../../rules/team-parameters.js'

/** All rules of a team: the built-in ones with the team's parameters, and its own; the condition parser is loaded only for own rules. */
export async function knownRules(config: CheckConfig): Promise<readonly MeshRule[]> {
  const about = config.rules.filter(({kinds}) => kinds.length === 0)
  const own = about.length === 0 ? [] : (await import('../../rules/organisation.js')).organisationRules(about)
  return withParameters([...RULES, ...own], config.parameters, config.file)
}

/** All rules of a team about the configuration of the mesh: the built-in ones, and its own. */
export async function configRules(config: CheckConfig): Promise<readonly ConfigRule[]> {
  const about = config.rules.filter(({kinds}) => kinds.length > 0)
  if (about.length === 0) return CONFIG_RULES
  const {organisationConfigRules} = await import('../../rules/organisation-config.js')
  return [...CONFIG_RULES, ...organisationConfigRules(about)]
}
