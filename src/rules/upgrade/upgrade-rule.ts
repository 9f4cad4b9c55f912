import {definedFields} from '../../model/collections/defined-fields.js'
import type {Proof} from '../../model/finding.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {ConfigFound, ConfigRule} from '../config/config-rule.js'
import type {ConfigSet} from '../config/config-set.js'
import {isSet} from './istiod.js'

/** The first and the last release whose notes the tables hold. */
export const FIRST_RELEASE = 18
export const LAST_RELEASE = 31

/** A change of one release that concerns objects of a mesh. */
export interface UpgradeRule extends ConfigRule {
  /** The release that changed it, as a minor version of Istio 1.x; undefined for rules with a table of their own by release. */
  readonly release?: number
}

/** True for a rule about what an upgrade changes; their codes are MCT22nn. */
export function isUpgradeRule(rule: ConfigRule): rule is UpgradeRule {
  return /^MCT22\d\d$/.test(rule.code)
}

/** Which notes of a release say it. */
export type Notes = 'upgrade-notes' | 'change-notes'

/** The page of the notes of a release. */
export function notesPage(release: number, notes: Notes): string {
  return `https://istio.io/latest/news/releases/1.${release}.x/announcing-1.${release}/${notes}/`
}

/** The release note as what a finding rests on. */
export function noted(release: number, notes: Notes): readonly Proof[] {
  return [{from: `Istio 1.${release} ${notes.replace('-', ' ')}`, text: notesPage(release, notes)}]
}

/** What is found by comparing with the running release; where that is not known, the objects are not evaluated. */
export function againstRunning(
  {upgrade}: ConfigSet,
  objects: readonly ConfigObject[],
  find: (from: number, to: number) => readonly ConfigFound[],
): readonly ConfigFound[] {
  if (upgrade === undefined) return []
  const {from, to} = upgrade
  if (from !== undefined) return find(from, to)
  return objects.map(object => ({object, undecided: 'unsupported', message: 'the running release is not known'}))
}

/** True when the upgrade leads over the release: it runs an older one, or may, and the target is this one or newer. */
export function passes({upgrade}: ConfigSet, release: number): boolean {
  return upgrade !== undefined && (upgrade.from ?? 0) < release && release <= upgrade.to
}

/** A row of the table: what a release changed, and the objects it concerns. */
export interface Row {
  readonly code: string
  readonly slug: string
  readonly release: number
  readonly notes: Notes
  readonly severity: 'error' | 'warning' | 'info'
  readonly title: string
  readonly why: string
  readonly fix: string
  readonly kinds: readonly string[]
  readonly needs?: ConfigRule['needs']
  /** The variable of istiod that keeps the earlier behaviour: where it is set, nothing changes. */
  readonly kept?: string
  find(set: ConfigSet): readonly Omit<ConfigFound, 'proof'>[]
}

/** The rule of a row: silent unless the upgrade leads over its release. */
export function ruleOf(row: Row): UpgradeRule {
  const {code, slug, release, notes, severity, title, why, fix, kinds, needs} = row
  const note = noted(release, notes)
  return {
    ...{code, slug, release, severity, title, why, fix, kinds},
    aliases: [],
    references: [notesPage(release, notes)],
    ...definedFields({needs}),
    check: set => {
      if (!passes(set, release) || (row.kept !== undefined && isSet(set, row.kept))) return []
      return row.find(set).map(found => ({...found, message: `From 1.${release} on: ${found.message}`, proof: note}))
    },
  }
}
