import type {Gap} from '../../model/evidence/answer.js'
import type {Finding, Severity} from '../../model/finding.js'
import {objectLabel} from '../../model/kube/pod.js'
import {humanCount} from '../../model/text/human-count.js'
import {type Doc, type Line, prose, type Tone} from '../../terminal/doc.js'
import {renderJson} from '../../terminal/json.js'
import {renderYaml} from '../../terminal/yaml.js'
import {SEVERITY_TONES} from '../state-tones.js'
import type {View} from '../view.js'
import type {CheckedWorkload} from './evaluate/aggregator.js'
import {cleanWorkloads, hasOnlyInfo} from './forms/clean-workloads.js'
import {checkData} from './forms/data.js'
import {findingRows, WORKLOAD} from './forms/finding-rows.js'
import {githubAnnotations} from './forms/github.js'
import {injectionLines, injectionMark, injectionText} from './forms/injection-lines.js'
import {junitXml} from './forms/junit.js'
import {findingLines} from './forms/lines.js'
import {patchText} from './forms/patches.js'
import {policyReports} from './forms/policy-report.js'
import {prometheusText} from './forms/prometheus.js'
import {sarifLog} from './forms/sarif.js'
import {uncheckedGroups} from './forms/unchecked.js'
import {baselineOf} from './policy.js'
import type {CheckReport} from './report.js'

function severities(counts: Readonly<Record<Severity, number>>): string {
  return `${humanCount(counts.error, 'error')}, ${humanCount(counts.warning, 'warning')}, ${counts.info} info`
}

/** Files named in the headline. */
const NAMED = 3

function shortList(files: readonly string[]): string {
  const more = files.length - NAMED
  return [...files.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

/** The result in one line, with the three counts: findings, passed, not checked. */
function checkHeadline({counts, workloads, damaged, skipped, unused, visited, subject}: CheckReport): string {
  const where =
    subject !== undefined
      ? subject
      : workloads.length === 1
        ? objectLabel(workloads[0]?.workload ?? {kind: '', namespace: '', name: ''})
        : humanCount(workloads.length, 'workload')
  const accepted = counts.accepted === 0 ? '' : `, ${counts.accepted} accepted`
  const unreadParts = damaged.length === 0 ? '' : `; ${humanCount(damaged.length, 'part')} could not be read`
  const unjudged = skipped.length === unused.length ? '' : '; some objects not judged'
  const left = unused.length === 0 ? '' : `; not used: ${shortList(unused)}`
  const unvisited = visited ? '' : ' Pods were not inspected (use --deep).'
  return `${where}: ${severities(counts)}${accepted}; ${humanCount(counts.passed, 'check')} passed, ${counts.notChecked} not checked${injectionMark(workloads)}${unreadParts}${unjudged}${left}.${unvisited}`
}

function labelled(label: string, text: string): Line {
  return prose(text, undefined, '       ', `  ${label.padEnd(5)}`)
}

function place({object, path, place: at}: Finding): string {
  if (at !== undefined)
    return `${at.file}:${at.line}:${at.column} (${objectLabel(object)}${path === undefined ? '' : `: ${path}`})`
  return path === undefined ? objectLabel(object) : `${objectLabel(object)}: ${path}`
}

/** Consecutive findings of one rule share why and fix, printed below the last. */
function detail(finding: Finding, next: Finding | undefined, wide: boolean): readonly Line[] {
  const last = next?.code !== finding.code || next.fix !== finding.fix || next.severity === 'info'
  const head = {text: `${finding.severity.toUpperCase()} ${finding.code} `, tone: SEVERITY_TONES[finding.severity]}
  const title = prose(finding.message, undefined, '  ', head)
  if (finding.accepted !== undefined)
    return [prose(`accepted ${finding.code} ${finding.message} (${finding.accepted})`, 'dim', '  ')]
  if (finding.severity === 'info' && !wide) return [title]
  const seen = wide ? finding.proof : finding.proof.slice(0, 2)
  return [
    title,
    labelled('at', place(finding)),
    ...seen.map(({from, text, expected}) =>
      labelled(expected === true ? 'expected ' : 'seen', from === finding.path ? text : `${from}: ${text}`),
    ),
    ...(last ? [labelled('why', finding.why), labelled('fix', finding.fix)] : []),
  ]
}

function workloadHead(each: CheckedWorkload): readonly Line[] {
  const {workload, pods, findings, passed, notChecked, configuration} = each
  const open = findings.filter(({accepted}) => accepted === undefined)
  const count = (severity: Severity) => open.filter(one => one.severity === severity).length
  const of = pods.length === 0 ? `manifest${injectionText(each)}` : humanCount(pods.length, 'pod')
  const none = findings.length === 0 ? 'no findings' : `no open findings, ${findings.length} accepted`
  const counts = {error: count('error'), warning: count('warning'), info: count('info')}
  const found = open.length === 0 ? none : severities(counts)
  const tone: Tone = count('error') > 0 ? 'bad' : count('warning') > 0 ? 'warn' : 'strong'
  const text =
    configuration === true
      ? `${objectLabel(workload)}: ${found}`
      : `${objectLabel(workload)} (${of}): ${found}; ${passed} passed, ${notChecked.length} not checked`
  return [prose(text, tone, '  ')]
}

/** Parts of the files that could not be read, and skipped objects. */
function unread({damaged, skipped}: CheckReport): readonly Line[] {
  const block = (title: string, gaps: readonly Gap[], tone: Tone) => {
    const lines = gaps.map(({what, detail, hint}) =>
      prose(`${what}: ${detail}${hint === undefined ? '' : `. ${hint}`}`, tone, '    ', '  '),
    )
    return gaps.length === 0 ? [] : ['', {text: `${title} (${gaps.length}):`, tone}, ...lines]
  }
  return [...block('Could not be read', damaged, 'bad'), ...block('Not judged', skipped, 'warn')]
}

/** Rules that could not be checked, one line per reason. */
function unchecked({workloads, counts}: CheckReport, wide: boolean): readonly Line[] {
  if (counts.notChecked === 0) return []
  const lines = uncheckedGroups(workloads).map(({codes, workloads: where, why}) => {
    const of =
      workloads.length === 1
        ? ''
        : wide || where.length === 1
          ? ` in ${where.join(', ')}`
          : ` in ${where.length} workloads`
    return prose(`${codes.join(' ')}${of}: ${why}`, 'warn', '    ', '  ')
  })
  return ['', {text: `Not checked (${counts.notChecked}):`, tone: 'strong'}, ...lines]
}

function worst(report: CheckReport): readonly Line[] {
  const first = report.workloads
    .flatMap(each => each.findings)
    .filter(({accepted, severity}) => accepted === undefined && severity !== 'info')
    .sort((a, b) => (a.severity === b.severity ? 0 : a.severity === 'error' ? -1 : 1))[0]
  if (first === undefined || report.workloads.length === 1) return []
  return [prose(`Start with ${objectLabel(first.workload)}: ${first.message}`, undefined, '  ')]
}

/** The number of errors, then of warnings, of open findings: the most first. */
function bySeverity(one: CheckedWorkload, other: CheckedWorkload): number {
  const count = ({findings}: CheckedWorkload, severity: Severity) =>
    findings.filter(each => each.severity === severity && each.accepted === undefined).length
  return count(other, 'error') - count(one, 'error') || count(other, 'warning') - count(one, 'warning')
}

/** Lines of findings after which the result is said again: it has scrolled away. */
const SCREEN = 20

function block(each: CheckedWorkload, alone: boolean, wide: boolean): readonly Line[] {
  const details = each.findings.flatMap((finding, index) => detail(finding, each.findings[index + 1], wide))
  if (alone) return details.length === 0 ? [] : ['', ...details]
  return !wide && hasOnlyInfo(each) ? [] : details.length === 0 ? [] : ['', ...workloadHead(each), ...details]
}

function doc(report: CheckReport, form: 'short' | 'table' | 'wide'): Doc {
  if (form === 'short') return [{block: 'text', lines: [checkHeadline(report)]}]
  const wide = form === 'wide'
  const alone = report.workloads.length === 1 && report.subject === undefined
  const head = prose(checkHeadline(report), report.failing === true ? 'bad' : 'good', '  ')
  const blocks = [...report.workloads].sort(bySeverity).flatMap(each => block(each, alone, wide))
  const lines = [
    head,
    ...worst(report),
    ...injectionLines(report.workloads),
    ...blocks,
    ...cleanWorkloads(report.workloads, wide),
    ...unchecked(report, wide),
    ...unread(report),
    ...(blocks.length > SCREEN ? ['', head] : []),
  ]
  return [{block: 'text', lines}]
}

/** The result line, the findings by workload, and the rules that could not be checked. */
export const checkView: View<CheckReport> = {
  doc,
  data: checkData,
  namedBy: WORKLOAD,
  rows: findingRows,
  showsGaps: true,
  unreportedGaps: ({damaged, skipped}, form) => (form === 'table' || form === 'wide' ? [] : [...damaged, ...skipped]),
  texts: {
    lines: findingLines,
    sarif: report => renderJson(sarifLog(report, report.rules, report.version)),
    junit: report => junitXml(report, report.rules),
    prom: prometheusText,
    github: githubAnnotations,
    policyreport: report => renderYaml(policyReports(report)),
    patch: patchText,
    baseline: report => renderYaml(baselineOf(report)),
  },
}
