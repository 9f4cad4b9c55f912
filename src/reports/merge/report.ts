import type {WrittenCheckReport} from '../../formats/check-report.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import type {Gap} from '../../model/evidence/answer.js'
import {combined} from '../../model/evidence/provenance.js'
import {atLeast, type Finding, SEVERITIES, type Severity} from '../../model/finding.js'
import {objectLabel} from '../../model/kube/pod.js'
import {humanCount} from '../../model/text/human-count.js'
import {byText} from '../../model/text/order.js'
import type {RuleInfo} from '../../rules/rule-info.js'
import type {CheckedWorkload} from '../check/evaluate/aggregator.js'
import {type CheckReport, countsOf} from '../check/report.js'

/** A written report, and the file it is from. */
export interface ReportFile {
  readonly file: string
  readonly report: WrittenCheckReport
}

export interface MergeOptions {
  /** Every rule meshctl knows; findings of others describe their rule themselves. */
  readonly rules: readonly RuleInfo[]
  readonly failOn: Severity | undefined
  readonly now: Date
  readonly version: string
}

function workloadsOf({file, report}: ReportFile, several: boolean): readonly CheckedWorkload[] {
  const findings = groupedBy(report.findings, each => objectLabel(each.workload))
  const notChecked = groupedBy(report.notChecked, each => objectLabel(each.workload))
  return report.workloads.map(({workload, pods, passed, configuration}) => {
    const label = objectLabel(workload)
    const found = (findings.get(label) ?? []).map(each => {
      const source = {from: 'report', text: `${report.origin.label} (${file})`}
      return several ? {...each, proof: [...each.proof, source]} : each
    })
    const checked = {workload, pods, passed, findings: found, notChecked: notChecked.get(label) ?? []}
    return configuration ? {...checked, configuration: true as const} : checked
  })
}

/** One workload of several reports: of the same source the newest counts alone, of several sources the findings of all. */
function joined(each: readonly CheckedWorkload[]): CheckedWorkload {
  const [first, ...rest] = each
  if (first === undefined) throw new Error('a workload without a report')
  if (rest.length === 0) return first
  return {
    ...first,
    pods: [...new Set(each.flatMap(({pods}) => pods))],
    passed: each.reduce((sum, {passed}) => sum + passed, 0),
    findings: each.flatMap(({findings}) => findings),
    notChecked: each.flatMap(({notChecked}) => notChecked),
  }
}

/** The parts that no report is about, for each number of parts that one of them names. */
function missingShards(files: readonly ReportFile[]): readonly Gap[] {
  const shards = files.flatMap(({report: {shard, origin}}) => {
    const [index, count] = (shard ?? '').split('/').map(Number)
    return index === undefined || count === undefined ? [] : [{index, count, of: origin.label}]
  })
  return [...groupedBy(shards, ({count, of}) => `${count} ${of}`).values()].flatMap(parts => {
    const {count = 0, of = ''} = parts[0] ?? {}
    const held = new Set(parts.map(({index}) => index))
    const absent = Array.from({length: count}, (_, index) => index).filter(index => !held.has(index))
    if (absent.length === 0) return []
    const detail = `no report of ${absent.map(index => `${index}/${count}`).join(', ')}`
    const gap: Gap = {what: `workloads of ${of}`, reason: 'not-found', detail, hint: 'Those parts were not checked.'}
    return [gap]
  })
}

/** Of several reports about the same part of the same source, the newest. */
function newest(files: readonly ReportFile[]): {
  readonly kept: readonly ReportFile[]
  readonly notes: readonly string[]
} {
  const at = ({report}: ReportFile) =>
    report.origin.capturedAt ??
    report.evidence
      .map(each => each.observedAt ?? '')
      .sort(byText)
      .at(-1) ??
    ''
  const groups = groupedBy(files, ({report: {origin, shard}}) => JSON.stringify([origin.kind, origin.label, shard]))
  const notes: string[] = []
  const kept = [...groups.values()].flatMap(group => {
    const [best, ...older] = [...group].sort((a, b) => byText(at(b), at(a)))
    for (const {file} of older) notes.push(`${file} is about the same workloads as ${best?.file}, and older: not used`)
    return best === undefined ? [] : [best]
  })
  return {kept, notes}
}

function rulesOf(findings: readonly Finding[], known: readonly RuleInfo[]): readonly RuleInfo[] {
  const codes = new Set(known.map(({code}) => code))
  const others = findings.filter(({code}) => !codes.has(code))
  const described = groupedBy(others, ({code}) => code)
  const own = [...described.values()].flatMap(([first]): readonly RuleInfo[] =>
    first === undefined
      ? []
      : [
          {
            ...{code: first.code, slug: first.rule, severity: first.severity, title: first.title},
            ...{why: first.why, fix: first.fix, aliases: [], references: []},
          },
        ],
  )
  return [...known, ...own]
}

/** Reports of parts of a mesh, or of several meshes, as one; a part that no report is about is a gap. */
export function mergeReport(files: readonly ReportFile[], options: MergeOptions): CheckReport {
  const {kept, notes} = newest(files)
  const labels = [...new Set(kept.map(({report}) => report.origin.label))]
  const several = labels.length > 1
  const all = kept.flatMap(each => workloadsOf(each, several))
  const workloads = [...groupedBy(all, each => objectLabel(each.workload))]
    .sort(([a], [b]) => byText(a, b))
    .map(([, same]) => joined(same))
  const gravest = SEVERITIES.findLast(each => kept.some(({report}) => report.failOn === each)) ?? 'warning'
  const failOn = options.failOn ?? gravest
  const findings = workloads.flatMap(each => each.findings)
  const damaged = [...missingShards(kept), ...kept.flatMap(({report}) => report.damaged)]
  const skipped = kept.flatMap(({report}) => report.skipped)
  const parts = kept.map(({report: {origin, live, complete, evidence}}) => {
    return [origin.label, {live, complete, evidence}] as const
  })
  const times = kept.flatMap(({report}) => report.origin.capturedAt ?? [])
  return {
    origin: {
      kind: 'files',
      label: several ? `${humanCount(labels.length, 'source')}: ${labels.join(', ')}` : (labels[0] ?? ''),
    },
    provenance: {...combined(parts), live: false},
    at: new Date([...times].sort(byText)[0] ?? options.now),
    gaps: [...damaged, ...skipped, ...workloads.flatMap(each => each.notChecked.map(({gap}) => gap))],
    notes: several ? [...notes, 'workloads of the same name in several sources are shown as one'] : notes,
    ...{workloads, failOn, damaged, skipped, unused: []},
    subject: `${humanCount(kept.length, 'report')}, ${humanCount(workloads.length, 'workload')}`,
    rules: rulesOf(findings, options.rules),
    version: options.version,
    visited: kept.every(({report}) => report.visited),
    counts: countsOf(workloads),
    failing: findings.some(({severity, accepted}) => accepted === undefined && atLeast(severity, failOn)),
  }
}
