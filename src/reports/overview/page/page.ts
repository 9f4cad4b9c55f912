import {own} from '../../../model/collections/own.js'
import {gapSentences} from '../../../model/evidence/answer.js'
import type {EvidenceUse} from '../../../model/evidence/provenance.js'
import {humanCount} from '../../../model/text/human-count.js'
import {type Html, html} from '../../../terminal/html/markup.js'
import {pageText} from '../../../terminal/html/page.js'
import {type HealthRow, healthNumber, healthRows} from '../health.js'
import type {OverviewReport} from '../report.js'
import {certificatesSection} from './certificates-section.js'
import {failuresSection, tracesSection} from './failures-section.js'
import {findingsSection} from './findings-section.js'
import {graphSection} from './graph-section.js'
import {interceptionSection} from './interception-section.js'
import {mtlsSection, policySection} from './policy-section.js'
import {section, table} from './section.js'
import {syncSection} from './sync-section.js'

/** Gaps that are shown at the top; the rest follows at the end. */
const SHOWN = 4

const SECTIONS = [
  ['findings', 'Findings'],
  ['sync', 'Sync'],
  ['interception', 'Interception'],
  ['certificates', 'Certificates'],
  ['mtls', 'mTLS'],
  ['policy', 'Policies'],
  ['graph', 'Service graph'],
  ['failures', 'Failing requests'],
  ['traces', 'Traces'],
  ['evidence', 'Evidence'],
] as const

function notChecked({gaps, check}: OverviewReport): Html {
  const all = gapSentences(gaps)
  const checks = check.ok ? check.value.counts.notChecked : 0
  if (all.length === 0 && checks === 0)
    return html`<p class="gaps none">Everything that was asked for could be read.</p>`
  const rest = all.length - SHOWN
  return html`<div class="gaps" role="note"><strong>Not checked:</strong> ${humanCount(all.length, 'piece')} of evidence missing${checks === 0 ? '' : html`, <a href="#findings" data-filter="findings-list" data-kinds="unchecked">${humanCount(checks, 'check')} not made</a>`}.<ul>${all.slice(0, SHOWN).map(each => html`<li>${each}</li>`)}</ul>${rest > 0 ? html`<a href="#not-checked">and ${rest} more</a>` : undefined}</div>`
}

/** Which kinds of a list a number of the overview stands for. */
const KINDS: Readonly<Record<string, readonly [list: string, kinds: string]>> = {
  findings: ['findings-list', 'error warning'],
  sync: ['sync-list', 'bad'],
  interception: ['interception-list', 'bad unchecked'],
  certificates: ['certificates-list', 'bad'],
  mtls: ['mtls-list', 'CONFLICT PLAINTEXT PERMISSIVE'],
}

function tile(row: HealthRow): Html {
  const [list, kinds] = own(KINDS, row.section) ?? []
  const filter = list === undefined ? undefined : html` data-filter="${list}" data-kinds="${kinds}"`
  return html`<li><a class="tile tile-${row.tone}" href="#${row.section}"${filter}><span class="area">${row.area}</span><span class="number">${healthNumber(row)}</span><span class="muted">${row.words}</span></a></li>`
}

function used({evidence, source, via, from, observedAt, observedUntil}: EvidenceUse): Html {
  const when = observedUntil === undefined ? (observedAt ?? '-') : `${observedAt ?? ''} to ${observedUntil}`
  return html`<tr><th scope="row"><code>${evidence}</code></th><td>${source}, ${via}</td><td>${from ?? '-'}</td><td>${when}</td></tr>`
}

function evidenceSection({provenance, gaps}: OverviewReport): Html {
  const missing = gapSentences(gaps)
  const list =
    missing.length === 0 ? html`<p>Nothing.</p>` : html`<ul>${missing.map(each => html`<li>${each}</li>`)}</ul>`
  const body = html`${table('Evidence', ['Evidence', 'How', 'From', 'When'], provenance.evidence.map(used))}<h3 id="not-checked" tabindex="-1">Not checked</h3>${list}`
  return section('evidence', 'Evidence', 'Everything this report rests on, and what could not be read.', body)
}

/** The report as one page that needs nothing else; a served one asks for itself again every `refresh` seconds. */
export function overviewPage(report: OverviewReport, refresh?: number): string {
  const {origin, namespace, at, version} = report
  const where = `${origin.label}, ${namespace === undefined ? 'every namespace' : `namespace ${namespace}`}`
  const body = html`${notChecked(report)}<section id="health" aria-labelledby="health-title"><h2 id="health-title" class="hidden">Health</h2><ul class="tiles">${healthRows(report).map(tile)}</ul></section>${[
    findingsSection(report),
    syncSection(report),
    interceptionSection(report),
    certificatesSection(report),
    mtlsSection(report),
    policySection(report),
    graphSection(report),
    failuresSection(report),
    tracesSection(report),
    evidenceSection(report),
  ]}`
  return pageText({
    title: 'Mesh report',
    subtitle: `${where}, ${at}`,
    sections: SECTIONS,
    body,
    made: `meshctl ${version}`,
    refresh,
  })
}
