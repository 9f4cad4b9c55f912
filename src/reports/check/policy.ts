import type {AcceptedFinding} from '../../formats/settings/baseline.js'
import {UserError} from '../../model/evidence/user-error.js'
import {atLeast, type Finding, type Severity} from '../../model/finding.js'
import {objectLabel} from '../../model/kube/pod.js'
import type {RuleInfo} from '../../rules/rule-info.js'
import {findRules} from '../../rules/select-rules.js'
import {type Suppression, suppressedByFlag} from '../../rules/suppression.js'
import type {CorrectedText, Source} from '../../sources/source.js'
import type {CheckedWorkload} from './evaluate/aggregator.js'
import {fingerprint} from './evaluate/fingerprint.js'
import {unpatched, workloadPatches} from './evaluate/patch-plan.js'
import {type CheckReport, countsOf} from './report.js'

/** A team's policy: its own severities, and the findings it accepts. */
export interface FindingPolicy {
  readonly severities: ReadonlyMap<string, Severity>
  readonly accepted: readonly AcceptedFinding[]
  /** Those of the command line, for reports that do not apply them themselves. */
  readonly suppressions?: readonly Suppression[]
  readonly at: Date
}

/** The team's severities by code; an unknown rule name is an error. */
export function severitiesByCode(
  rules: readonly RuleInfo[],
  given: Readonly<Record<string, Severity>>,
): ReadonlyMap<string, Severity> {
  return new Map(
    Object.entries(given).flatMap(([word, severity]) => {
      const found = findRules(rules, word)
      if (found.length === 0)
        throw new UserError(`unknown rule ${JSON.stringify(word)}`, {next: 'meshctl rules   # lists them'})
      return found.map(({code}) => [code, severity] as const)
    }),
  )
}

/** The finding with the team's severity, and accepted when the baseline holds it. */
export function applyPolicy(finding: Finding, policy: FindingPolicy): Finding {
  const severity = policy.severities.get(finding.code) ?? finding.severity
  const own = {...finding, severity}
  if (finding.accepted !== undefined) return own
  const entry = policy.accepted.find(each => each.fingerprint === fingerprint(finding))
  if (entry === undefined) return own
  if (entry.expires !== undefined && Date.parse(entry.expires) <= policy.at.getTime()) {
    return {...own, message: `${own.message} (was accepted until ${entry.expires})`}
  }
  const until = entry.expires === undefined ? '' : ` until ${entry.expires}`
  return {
    ...own,
    accepted: `baseline${until}${entry.owner === '' ? '' : `, ${entry.owner}`}${entry.reason === '' ? '' : `: ${entry.reason}`}`,
  }
}

/** The note about baseline entries without owner, reason or expiry. */
export function incompleteEntries(accepted: readonly AcceptedFinding[]): readonly string[] {
  const count = (lacks: (each: AcceptedFinding) => boolean) => accepted.filter(lacks).length
  const lacking = [
    {word: 'owner', count: count(({owner}) => owner === '')},
    {word: 'reason', count: count(({reason}) => reason === '')},
    {word: 'expires', count: count(({expires}) => expires === undefined)},
  ].filter(each => each.count > 0)
  if (lacking.length === 0) return []
  const parts = lacking.map(each => `${each.count} without ${each.word}`).join(', ')
  return [`incomplete baseline entries: ${parts} (of ${accepted.length})`]
}

/** The finding, accepted when a suppression of the command line names its object, its workload or one of its pods. */
function suppressed(finding: Finding, rules: ReadonlyMap<string, RuleInfo>, given: readonly Suppression[]): Finding {
  const rule = rules.get(finding.code)
  if (rule === undefined || finding.accepted !== undefined || given.length === 0) return finding
  const {namespace} = finding.workload
  const pods = finding.pods.map(name => ({kind: 'Pod', namespace, name}))
  const accepted = suppressedByFlag(rule, [finding.object, finding.workload, ...pods], given)
  return accepted === undefined ? finding : {...finding, accepted}
}

/** The report with the team's severities and baseline; findings that are new or whose entry expired fail. */
export function withPolicy(report: CheckReport, policy: FindingPolicy): CheckReport {
  const rules = new Map(report.rules.map(rule => [rule.code, rule]))
  const workloads: readonly CheckedWorkload[] = report.workloads.map(each => ({
    ...each,
    findings: each.findings.map(finding => applyPolicy(suppressed(finding, rules, policy.suppressions ?? []), policy)),
  }))
  const open = workloads.flatMap(({findings}) => findings.filter(({accepted}) => accepted === undefined))
  return {
    ...report,
    notes: [...report.notes, ...incompleteEntries(policy.accepted)],
    workloads,
    counts: countsOf(workloads),
    failing: open.some(({severity}) => atLeast(severity, report.failOn)),
  }
}

/** The open findings as a baseline, with owner, reason and expiry to fill in. */
export function baselineOf(report: CheckReport): unknown {
  const open = report.workloads.flatMap(({findings}) => findings.filter(({accepted}) => accepted === undefined))
  return {
    apiVersion: 'meshctl/v1',
    kind: 'Baseline',
    accepted: open.map(finding => ({
      fingerprint: fingerprint(finding),
      code: finding.code,
      object: `${finding.object.kind} ${finding.object.namespace}/${finding.object.name}`,
      finding: finding.message,
      owner: '',
      reason: '',
      expires: '',
    })),
  }
}

/** The report with the corrected documents of its manifests. */
export async function withCorrections(source: Source, report: CheckReport): Promise<CheckReport> {
  const patches = workloadPatches(report.workloads)
  if (source.manifests === undefined || patches.length === 0) return report
  const corrected: readonly CorrectedText[] = await source.manifests.corrected(patches)
  return {...report, corrected}
}

/** What no patch fixes is named up to this many. */
const MOST_NAMED = 10

/** Says what is still wrong once every patch is applied. */
function withRest(report: CheckReport): CheckReport {
  const rest = unpatched(report.workloads.flatMap(({findings}) => findings))
  if (rest.length === 0) return report
  const names = rest
    .slice(0, MOST_NAMED)
    .map(({severity, code, object}) => `${severity} ${code} (${objectLabel(object)})`)
  const more = rest.length > MOST_NAMED ? ` and ${rest.length - MOST_NAMED} more` : ''
  return {...report, notes: [...report.notes, `not fixed by a patch: ${names.join(', ')}${more}`]}
}

/** The report with the team's policy and, for the patch form, the corrected documents and what they leave. */
export async function finalizeReport(
  source: Source,
  raw: CheckReport,
  policy: FindingPolicy,
  forms: readonly {readonly form: string | undefined}[],
): Promise<CheckReport> {
  const report = withPolicy(raw, policy)
  return forms.some(({form}) => form === 'patch') ? withRest(await withCorrections(source, report)) : report
}
