import type {EvidenceUse} from '../../../model/evidence/provenance.js'
import type {Finding, Severity} from '../../../model/finding.js'
import {SEVERITIES} from '../../../model/finding.js'
import {type ObjectRef, objectLabel} from '../../../model/kube/pod.js'
import {humanCount} from '../../../model/text/human-count.js'
import {type Html, html, idOf, type Piece} from '../../../terminal/html/markup.js'
import type {CheckedWorkload} from '../../check/evaluate/aggregator.js'
import type {CheckReport} from '../../check/report.js'
import {SEVERITY_TONES} from '../../state-tones.js'
import type {OverviewReport} from '../report.js'
import {answeredSection, badge, filterBar} from './section.js'

/** The id of a workload's findings. */
export function workloadId({kind, namespace, name}: ObjectRef): string {
  return idOf('workload', kind, namespace, name)
}

function source({evidence, via, from, observedAt}: EvidenceUse): string {
  return [evidence, `via ${via}`, from, observedAt].filter(each => each !== undefined).join(', ')
}

function term(name: string, value: Piece): Html {
  return html`<dt>${name}</dt><dd>${value}</dd>`
}

function findingItem(finding: Finding): Html {
  const {severity, code, message, object, path, place, proof, why, fix, accepted, pods, provenance} = finding
  const where = place === undefined ? '' : `${place.file}:${place.line}:${place.column} `
  const at = `${where}${objectLabel(object)}${path === undefined ? '' : `: ${path}`}`
  const kind = accepted === undefined ? severity : 'accepted'
  const seen = proof.map(({from, text, expected}) =>
    term(expected === true ? 'Expected' : 'Seen', html`<code>${from === path ? text : `${from}: ${text}`}</code>`),
  )
  return html`<li data-kind="${kind}" data-home="${object.namespace}"><details><summary>${badge(kind, SEVERITY_TONES[severity])} <code>${code}</code> ${message}</summary><dl>${[
    term('Where', html`<code>${at}</code>`),
    ...seen,
    term('Why it matters', why),
    term('Fix', fix),
    ...(accepted === undefined ? [] : [term('Accepted', accepted)]),
    ...(pods.length === 0 ? [] : [term('Pods', pods.join(', '))]),
    term(
      'Evidence',
      html`<details><summary>${humanCount(provenance.length, 'source')}</summary><ul class="sources">${provenance.map(use => html`<li>${source(use)}</li>`)}</ul></details>`,
    ),
  ]}</dl></details></li>`
}

function open({findings}: CheckedWorkload, severity: Severity): number {
  return findings.filter(each => each.severity === severity && each.accepted === undefined).length
}

function counts(each: CheckedWorkload): readonly Html[] {
  return SEVERITIES.flatMap(severity => {
    const count = open(each, severity)
    return count === 0 ? [] : [html`${badge(`${count} ${severity}`, SEVERITY_TONES[severity])} `]
  })
}

function bySeverity(a: CheckedWorkload, b: CheckedWorkload): number {
  const score = (each: CheckedWorkload) => open(each, 'error') * 1e6 + open(each, 'warning') * 1e3 + open(each, 'info')
  return score(b) - score(a)
}

function order({severity}: Finding): number {
  return SEVERITIES.indexOf(severity)
}

function unchecked({notChecked}: CheckedWorkload): Piece {
  if (notChecked.length === 0) return undefined
  return html`<li data-kind="unchecked"><details><summary>${badge('not checked', 'warn')} ${humanCount(notChecked.length, 'check')}</summary><ul>${notChecked.map(({code, gap}) => html`<li><code>${code}</code> ${gap.what}: ${gap.detail}</li>`)}</ul></details></li>`
}

function workloadItem(each: CheckedWorkload): Html {
  const {workload, pods, findings, passed} = each
  const items = [...findings].sort((a, b) => order(a) - order(b)).map(findingItem)
  return html`<details class="card" id="${workloadId(workload)}" data-group${open(each, 'error') > 0 ? html` open` : ''}><summary><span class="title">${objectLabel(workload)}</span> ${counts(each)} <span class="muted">${humanCount(pods.length, 'pod')}, ${passed} passed</span></summary><ul class="plain">${items}${unchecked(each)}</ul></details>`
}

function list({workloads}: CheckReport): Html {
  const sorted = workloads.filter(({findings, notChecked}) => findings.length + notChecked.length > 0).sort(bySeverity)
  const clean = workloads.filter(({findings, notChecked}) => findings.length + notChecked.length === 0)
  const homes = [...new Set(sorted.flatMap(({findings}) => findings.map(({object}) => object.namespace)))].sort()
  const bar = filterBar(
    'findings-list',
    'findings',
    [
      {value: 'error', text: 'errors', checked: true},
      {value: 'warning', text: 'warnings', checked: true},
      {value: 'info', text: 'info', checked: true},
      {value: 'accepted', text: 'accepted', checked: false},
      {value: 'unchecked', text: 'not checked', checked: true},
    ],
    homes,
  )
  const without =
    clean.length === 0
      ? undefined
      : html`<p>${humanCount(clean.length, 'workload')} without findings: ${clean.map(({workload}) => objectLabel(workload)).join(', ')}</p>`
  return html`${bar}<div id="findings-list">${sorted.map(workloadItem)}</div>${without}`
}

/** What the rules found, the worst workload first. */
export function findingsSection({check}: OverviewReport): Html {
  return answeredSection(
    'findings',
    'Findings by workload',
    check,
    ({counts: all}) =>
      `${humanCount(all.passed, 'check')} passed, ${all.notChecked} not checked, ${all.accepted} findings accepted.`,
    list,
  )
}
