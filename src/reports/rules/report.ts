import {BUILT_IN} from '../../model/evidence/provenance.js'
import type {AnyRule} from '../../rules/any-rule.js'
import type {Report} from '../report.js'

export interface RulesReport extends Report {
  readonly rules: readonly AnyRule[]
}

/** The catalogue of rules, by code. */
export function meshRulesReport(rules: readonly AnyRule[]): RulesReport {
  const sorted = [...rules].sort((a, b) => (a.code < b.code ? -1 : 1))
  return {origin: {kind: 'memory', label: 'meshctl'}, provenance: BUILT_IN, gaps: [], notes: [], rules: sorted}
}
