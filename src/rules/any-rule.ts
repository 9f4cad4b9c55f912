import {type ConfigRule, neededText} from './config/config-rule.js'
import {appliesTo, type MeshRule, neededFacts} from './rule.js'

/** A rule about workloads, or about the configuration of the mesh. */
export type AnyRule = MeshRule | ConfigRule

/** True for a rule about the configuration of the mesh. */
export function isConfigRule(rule: AnyRule): rule is ConfigRule {
  return 'kinds' in rule
}

/** What a rule checks, as text: `pods with a sidecar`, `Gateway, VirtualService`. */
export function appliesToText(rule: AnyRule): string {
  return isConfigRule(rule) ? rule.kinds.join(', ') : appliesTo(rule)
}

/** What a rule needs besides what it checks, as text; `alone` when it needs nothing. */
export function needsText(rule: AnyRule, alone: string): string {
  if (!isConfigRule(rule)) return neededFacts(rule, alone)
  const needs = rule.needs ?? []
  return needs.length === 0 ? 'the objects alone' : needs.map(neededText).join(', ')
}
