import type {Severity} from '../model/finding.js'

/** What every rule says about itself, whether it checks workloads or the configuration of the mesh. */
export interface RuleInfo {
  /** `MCTnnnn`, never reused for another rule. */
  readonly code: string
  readonly slug: string
  /** Codes of Istio's analyzers with the same meaning. */
  readonly aliases: readonly string[]
  /** The default severity; a finding may override it. */
  readonly severity: Severity
  readonly title: string
  readonly why: string
  readonly fix: string
  /** Pages to read. */
  readonly references: readonly string[]
}
