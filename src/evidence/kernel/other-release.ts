import {detectRelease} from '../../analysis/netfilter/detect-release.js'
import {countDifferences} from '../../analysis/netfilter/drift/drift.js'
import {RELEASES, type ReleaseRange, releaseName} from '../../analysis/netfilter/expected-rules/releases.js'
import type {Ruleset} from '../../model/kernel/ruleset.js'
import type {Expected} from './expectation.js'

/** Rules that another release than the pod's own declares makes; `exactly` when nothing else differs. */
export interface FittingRelease {
  readonly declaredVersion: string
  readonly text: string
  readonly exactly: boolean
}

function holds({from, to}: ReleaseRange, minor: number): boolean {
  return from <= minor && minor <= to
}

/**
 * The release whose rules those of a sidecar are, where that is not the one the pod names: the rules have to look like another release's, and to
 * differ less from the rules of that release than from the expected ones. Undefined for rules as expected and for rules of an unknown release.
 */
export function otherRelease(expected: Expected, actual: readonly Ruleset[]): FittingRelease | undefined {
  const {declared} = expected
  if (expected.kind !== 'sidecar' || declared === undefined) return undefined
  const release = detectRelease(actual)
  if (release === undefined || holds(release, declared)) return undefined
  const found = {declaredVersion: releaseName(declared), text: release.text}
  const here = countDifferences(expected.rulesets, actual)
  const counts = RELEASES.filter(({from, to}) => from <= release.to && release.from <= to).map(({from}) =>
    countDifferences(expected.ofRelease(Math.max(from, release.from)), actual),
  )
  const best = Math.min(...counts)
  return best < here ? {...found, exactly: best === 0} : undefined
}
