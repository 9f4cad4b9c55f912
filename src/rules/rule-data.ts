import {type AnyRule, isConfigRule} from './any-rule.js'
import {neededText} from './config/config-rule.js'
import type {MeshRule} from './rule.js'

function meshRuleData({
  code,
  slug,
  aliases,
  severity,
  title,
  why,
  fix,
  references,
  versions,
  modes,
  needs,
  needsToPass,
  uses,
  parameters = {},
}: MeshRule): unknown {
  return {
    code,
    slug,
    aliases,
    severity,
    title,
    why,
    fix,
    references,
    versions: versions ?? null,
    modes,
    needs,
    passesWith: needsToPass ?? [],
    uses: uses ?? [],
    parameters: Object.entries(parameters).map(([name, parameter]) => ({name, ...parameter})),
  }
}

/** A rule as plain data; one about the configuration has the kinds it checks and compares with. */
export function ruleData(rule: AnyRule): unknown {
  if (!isConfigRule(rule)) return meshRuleData(rule)
  const {code, slug, aliases, severity, title, why, fix, references, kinds, needs = []} = rule
  return {code, slug, aliases, severity, title, why, fix, references, kinds, needs: needs.map(neededText)}
}
