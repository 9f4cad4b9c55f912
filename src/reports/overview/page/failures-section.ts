import {podLabel} from '../../../model/kube/kube-object.js'
import {objectLabel} from '../../../model/kube/pod.js'
import {docMarkup} from '../../../terminal/html/doc-markup.js'
import {type Html, html, idOf} from '../../../terminal/html/markup.js'
import type {CausedGroup, ErrorsReport} from '../../errors/report.js'
import {causeLines} from '../../errors/view.js'
import {pathView} from '../../trace/path-view.js'
import type {OverviewReport} from '../report.js'
import type {TracedRequest} from '../traces.js'
import {answeredSection, badge, evidenceRow, opener, table} from './section.js'

function groupRow(group: CausedGroup, at: number): Html {
  const {count, code, flags, details, from, to, why, example} = group
  const id = idOf('failure', String(at))
  const object = why?.cause?.object
  const lines =
    why === undefined
      ? html`<p>Not traced: only the most frequent groups are.</p>`
      : docMarkup([{block: 'text', lines: causeLines(why)}])
  const evidence = html`${lines}<p>One of the lines, written by <code>${example.writer}</code>${example.entry.time === undefined ? '' : ` at ${example.entry.time}`}: <code>${example.entry.request ?? ''} ${code} ${flags.join(',')} ${details}</code></p>`
  return html`<tr><th scope="row">${opener(id, `${from} to ${to}`)}</th><td>${count}</td><td>${[code, ...flags].join(' ')}</td><td>${details}</td><td>${object === undefined ? '-' : objectLabel(object)}</td></tr>${evidenceRow(id, 5, evidence)}`
}

function failures({groups, counted, silent}: ErrorsReport): Html {
  const rows =
    groups.length === 0
      ? html`<p>No failing request in the access logs.</p>`
      : table('Failing requests', ['From and to', 'Count', 'Code and flags', 'Details', 'Cause'], groups.map(groupRow))
  const counters =
    counted.length === 0
      ? undefined
      : html`<h3>Counted since Envoy started</h3><ul>${counted.map(({pod, sentences}) => html`<li><code>${podLabel(pod)}</code>: ${sentences.join('; ')}</li>`)}</ul>`
  const muted = silent.length === 0 ? undefined : html`<p>No access log from ${silent.map(podLabel).join(', ')}.</p>`
  return html`${rows}${counters}${muted}`
}

/** Requests that failed, by the access logs, and what in the configuration makes them fail. */
export function failuresSection({errors}: OverviewReport): Html {
  return answeredSection(
    'failures',
    'Failing requests',
    errors,
    ({failures: failed, requests, logs, since}) =>
      `${failed} of ${requests} requests in the access logs of ${logs} proxies${since === undefined ? '' : ` since ${since}`}.`,
    failures,
  )
}

function traceItem({why, path}: TracedRequest, at: number): Html {
  const [main] = path.branches
  const good = main?.outcome === 'delivered' && main.condition === null
  return html`<details class="card" id="${idOf('trace', String(at))}"><summary>${badge(main?.outcome ?? 'undecided', good ? 'good' : 'bad')} <span class="title">${path.request} from ${path.from}</span></summary><p>${why}</p>${docMarkup(pathView.doc(path, 'wide'))}</details>`
}

/** Requests followed through the mesh, hop by hop. */
export function tracesSection({traces}: OverviewReport): Html {
  return answeredSection(
    'traces',
    'Traces',
    traces,
    all =>
      all.length === 0
        ? 'No request failed or would fail by the objects, so none was followed.'
        : 'One request for each kind of failure, traced through the configuration; nothing was sent.',
    all => all.map(traceItem),
  )
}
