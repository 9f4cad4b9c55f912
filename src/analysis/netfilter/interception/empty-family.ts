import {type Ruleset, ruleCount} from '../../../model/kernel/ruleset.js'
import type {Interception} from './interception.js'
import type {RulesetWarning} from './ruleset-warnings.js'

/** True for a whole listing of the table nat of ip6tables that has chains and no rule. */
function isEmptyNat6(set: Ruleset): boolean {
  return set.family === 'ip6' && ruleCount(set) === 0 && set.tables.some(({name}) => name === 'nat')
}

/** The other family where the text shows that it has no rules and IPv4 is captured: whether the pod has IPv6 addresses is not in such a text. */
export function emptyFamily(
  rulesets: readonly Ruleset[],
  interceptions: readonly Interception[],
): readonly RulesetWarning[] {
  const [v4, ...others] = interceptions
  const captured = v4?.family === 'ip' && v4.mode !== 'none' && v4.mode !== 'unknown'
  if (!captured || others.length > 0 || !rulesets.some(isEmptyNat6)) return []
  return [
    {
      id: 'ipv6-empty',
      level: 'info',
      what: 'IPv6 is not captured: its table nat has no rules.',
      consequence:
        'If the pod has an IPv6 address, its IPv6 traffic bypasses the proxy. A pod with IPv4 alone loses nothing.',
    },
  ]
}
