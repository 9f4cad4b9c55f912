import {SYNC_PROBLEMS, type SyncProblem} from '../../../model/istio/sync-problem.js'
import {stateOf} from '../../../model/istio/sync-state.js'
import {humanDuration} from '../../../model/text/human-duration.js'
import {type Html, html, idOf} from '../../../terminal/html/markup.js'
import type {ProxyRow, ProxyStatusReport} from '../../proxy-status/report.js'
import {SYNC_TONES, typesShown} from '../../proxy-status/types-shown.js'
import type {OverviewReport} from '../report.js'
import {answeredSection, evidenceRow, filterBar, opener, table} from './section.js'

function problemItem({kind, types, reason, resource, object, advice, evidence = []}: SyncProblem): Html {
  const about = [types.join(', '), resource, object].filter(each => each !== undefined && each !== '').join('; ')
  const logs = evidence.map(line => html`<li><code>${line}</code></li>`)
  return html`<li><strong>${SYNC_PROBLEMS[kind].title}</strong>: ${reason}${about === '' ? '' : ` (${about})`}${advice === undefined ? undefined : html`<br>Fix: ${advice}`}${logs.length === 0 ? undefined : html`<ul>${logs}</ul>`}</li>`
}

function proxyRows({at}: ProxyStatusReport, types: readonly string[], row: ProxyRow): Html {
  const {id, proxy, istiod, problems} = row
  const cells = types.map(type => {
    if (proxy === undefined) return html`<td class="state-bad">not connected</td>`
    const {state} = stateOf(proxy, type)
    return html`<td class="state-${SYNC_TONES[state]}">${state}</td>`
  })
  const evidence = idOf('proxy', id)
  const times = (proxy?.types ?? []).map(({type, state, sentAt, error}) => {
    const age =
      sentAt === undefined
        ? 'never sent'
        : `sent ${humanDuration(Math.max(0, at.getTime() - Date.parse(sentAt)))} before`
    return html`<li>${type}: ${state}, ${age}${error === undefined ? '' : `: ${error}`}</li>`
  })
  const kind = problems.length > 0 ? 'bad' : 'good'
  const about =
    proxy === undefined ? 'No istiod lists it.' : `Connected to ${istiod ?? 'an istiod'}, version ${proxy.version}.`
  return html`<tr data-kind="${kind}" data-home="${id.slice(id.lastIndexOf('.') + 1)}"><th scope="row">${opener(evidence, id)}</th>${cells}<td>${problems.map(each => SYNC_PROBLEMS[each.kind].title).join(', ') || '-'}</td></tr>${evidenceRow(evidence, types.length + 2, html`<p>${about}</p><ul>${problems.map(problemItem)}${times}</ul>`)}`
}

function heatMap(report: ProxyStatusReport): Html {
  const types = typesShown(report)
  const bar = filterBar(
    'sync-list',
    'proxies',
    [
      {value: 'bad', text: 'with a problem', checked: true},
      {value: 'good', text: 'in sync', checked: true},
    ],
    [...new Set(report.rows.map(({id}) => id.slice(id.lastIndexOf('.') + 1)))].sort(),
  )
  const worstFirst = [...report.rows].sort((a, b) => b.problems.length - a.problems.length)
  const rows = worstFirst.map(row => proxyRows(report, types, row))
  const outside =
    report.outside.length === 0
      ? undefined
      : html`<h3>Pods left without a proxy</h3><ul>${report.outside.map(each => html`<li><code>${each.proxy}</code> ${SYNC_PROBLEMS[each.kind].title}: ${each.reason}</li>`)}</ul>`
  return html`${bar}${table('Sync status of each proxy', ['Proxy', ...types, 'Problem'], rows, 'sync-list')}${outside}`
}

/** Whether what istiod sent reached each proxy, by type of configuration. */
export function syncSection({sync}: OverviewReport): Html {
  return answeredSection(
    'sync',
    'Sync status of proxies',
    sync,
    ({istiods, at}) =>
      `As ${istiods.map(({pod, silent}) => `${pod.name}${silent === undefined ? '' : ' (did not answer)'}`).join(', ')} had it at ${at.toISOString()}.`,
    heatMap,
  )
}
