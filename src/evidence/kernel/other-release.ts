import {countDifferences} from '../../analysis/netfilter/drift/drift.js'
import {type Era, eraOf} from '../../analysis/netfilter/era.js'
import {everyRule, type Ruleset} from '../../model/ruleset.js'
import {type Expected, OLDEST, RELEASES} from './expectation.js'

/** Rules that another release than the pod's own (`told`) makes; `exactly` when nothing else differs. */
export interface FittingRelease {
  readonly declaredVersion: string
  readonly text: string
  readonly exactly: boolean
}

/** Port 15008 was exempt from 1.7 on, whatever the settings: rules without it are old, or more than one hand was at them. */
function namesTunnel(rulesets: readonly Ruleset[]): boolean {
  return everyRule(rulesets).some(({rule}) =>
    rule.conditions.some(({field, values}) => field === 'destination-port' && values.includes('15008')),
  )
}

function holds({from, to}: Era, minor: number): boolean {
  return from <= minor && minor <= to
}

/**
 * The release whose rules those of a sidecar are, where that is not the one the pod names: the rules have to look like another era, and to
 * differ less from the rules of that era than from the expected ones. Undefined for rules as expected and for rules of nobody knows when.
 */
export function otherRelease(expected: Expected, actual: readonly Ruleset[]): FittingRelease | undefined {
  if (expected.kind !== 'sidecar' || expected.told === undefined) return undefined
  const era = eraOf(actual)
  if (era === undefined || holds(era, expected.told)) return undefined
  const found = {declaredVersion: `1.${expected.told}`, text: era.words}
  if (era.to < OLDEST) return namesTunnel(actual) ? undefined : {...found, exactly: false}
  const here = countDifferences(expected.rulesets, actual)
  const counts = RELEASES.filter(minor => holds(era, minor)).map(minor =>
    countDifferences(expected.ofRelease(minor), actual),
  )
  const best = Math.min(...counts)
  return best < here ? {...found, exactly: best === 0} : undefined
}
