import {gapSentence} from '../../../model/evidence/answer.js'
import {MODE_WORDS} from '../../../model/istio/pod-mode.js'
import {podLabel} from '../../../model/kube/kube-object.js'
import type {Tone} from '../../../terminal/doc.js'
import {type Html, html, idOf, type Piece} from '../../../terminal/html/markup.js'
import {isOpen} from '../health.js'
import type {CaptureCell, InterceptionRow} from '../interception.js'
import type {OverviewReport} from '../report.js'
import {answeredSection, evidenceRow, filterBar, opener, sentences, table} from './section.js'

const WORDS: Readonly<Partial<Record<CaptureCell['verdict'], string>>> = {
  captured: 'captured',
  redirected: 'redirected',
  escapes: 'bypasses',
  direct: 'bypasses',
  insufficient: 'not known',
  none: 'no address',
}

function toneOf(verdict: CaptureCell['verdict'], expected: boolean): Tone {
  if (verdict === 'captured') return 'good'
  if (verdict === 'insufficient') return 'warn'
  return expected ? 'bad' : 'dim'
}

function cell(each: CaptureCell | undefined, expected: boolean): Html {
  if (each === undefined) return html`<td class="state-warn">not checked</td>`
  const more = each.exceptions === 0 ? '' : ` (+${each.exceptions})`
  return html`<td class="state-${toneOf(each.verdict, expected)}">${WORDS[each.verdict] ?? each.verdict}${more}</td>`
}

function cells(row: InterceptionRow): Piece {
  if (row.mode === 'none')
    return html`<td colspan="5" class="state-bad">no sidecar: traffic goes directly to the application</td>`
  return [
    html`<td>${row.family ?? '-'}</td>`,
    cell(row.inbound, true),
    cell(row.outbound, true),
    cell(row.udp, false),
    cell(row.dns, false),
  ]
}

function podRows(row: InterceptionRow, at: number): Html {
  const {pod, mode, evidence, warnings, startUp, gap} = row
  const id = idOf('capture', podLabel(pod), String(at))
  const kind = gap !== undefined ? 'unchecked' : isOpen(row) ? 'bad' : 'good'
  const body = html`<p>The pod ${MODE_WORDS[mode]}.</p>${gap === undefined ? undefined : html`<p><strong>Not checked:</strong> ${gapSentence(gap)}</p>`}${sentences([...(startUp === undefined ? [] : [startUp]), ...(gap === undefined ? evidence : []), ...warnings])}`
  return html`<tr data-kind="${kind}" data-home="${pod.namespace}"><th scope="row">${opener(id, podLabel(pod))}</th>${cells(row)}</tr>${evidenceRow(id, 6, body)}`
}

function rank(row: InterceptionRow): number {
  return isOpen(row) ? 0 : row.gap !== undefined ? 1 : 2
}

function matrix(rows: readonly InterceptionRow[]): Html {
  const bar = filterBar(
    'interception-list',
    'pods',
    [
      {value: 'bad', text: 'not captured', checked: true},
      {value: 'unchecked', text: 'not checked', checked: true},
      {value: 'good', text: 'captured', checked: true},
    ],
    [...new Set(rows.map(({pod}) => pod.namespace))].sort(),
  )
  const header = ['Pod', 'Family', 'Inbound TCP', 'Outbound TCP', 'Other UDP', 'DNS over UDP']
  const sorted = [...rows].sort((a, b) => rank(a) - rank(b))
  return html`${bar}${table('Interception of traffic', header, sorted.map(podRows), 'interception-list')}`
}

/** What each pod's kernel rules do with its traffic. */
export function interceptionSection({interception}: OverviewReport): Html {
  return answeredSection(
    'interception',
    'Interception of traffic',
    interception,
    () => 'What the kernel does with most packets of each kind; (+n) counts the kinds of packets handled differently.',
    matrix,
  )
}
