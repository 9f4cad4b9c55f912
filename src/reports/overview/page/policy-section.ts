import {type Html, html, idOf} from '../../../terminal/html/markup.js'
import type {AuthzMatrix, MatrixRow} from '../../authz/matrix-report.js'
import {VERDICT_TONES} from '../../authz/matrix-view.js'
import type {MtlsReport, MtlsRow} from '../../mtls/report.js'
import {MTLS_TONES} from '../../mtls/view.js'
import type {OverviewReport} from '../report.js'
import {answeredSection, badge, evidenceRow, filterBar, opener, table} from './section.js'

const STATUSES: readonly MtlsRow['status'][] = ['CONFLICT', 'PLAINTEXT', 'PERMISSIVE', 'UNKNOWN', 'OK']

function homeOf(host: string): string {
  return host.split('.')[1] ?? ''
}

function mtlsRow(row: MtlsRow, at: number): Html {
  const {status, from, host, port, subset, server, client, policy, rule, endpoints, because} = row
  const id = idOf('mtls', String(at))
  const name = `${host}:${port}${subset === '' ? '' : ` (subset ${subset})`}`
  const evidence = html`<ul><li>Client: ${client}, by ${rule === undefined ? 'auto mTLS' : `DestinationRule ${rule}`}</li><li>Server: ${server}, by ${policy === undefined ? "Istio's default" : `PeerAuthentication ${policy}`}</li><li>Endpoints: ${endpoints}</li>${because === '' ? undefined : html`<li>${because}</li>`}</ul>`
  return html`<tr data-kind="${status}" data-home="${homeOf(host)}"><th scope="row">${opener(id, name)}</th><td>${from}</td><td>${badge(status, MTLS_TONES[status])}</td><td>${client}</td><td>${server}</td></tr>${evidenceRow(id, 5, evidence)}`
}

function mtlsMatrix({rows}: MtlsReport): Html {
  const held = STATUSES.filter(status => rows.some(row => row.status === status))
  const sorted = held.flatMap(status => rows.filter(row => row.status === status))
  const bar = filterBar(
    'mtls-list',
    'pairs',
    held.map(value => ({value, text: value, checked: true})),
    [...new Set(rows.map(({host}) => homeOf(host)))].sort(),
  )
  return html`${bar}${table('mTLS between clients and servers', ['Server', 'Clients', 'Status', 'Client sends', 'Server takes'], sorted.map(mtlsRow), 'mtls-list')}`
}

/** What both sides of connections do about mTLS. */
export function mtlsSection({mtls}: OverviewReport): Html {
  return answeredSection(
    'mtls',
    'mTLS',
    mtls,
    () => 'What clients send and servers take, by the objects of the mesh.',
    mtlsMatrix,
  )
}

function portOf({host, port}: MatrixRow): string {
  return `${host}:${port}`
}

/** Clients that every port treats the same way, with the answers in the order of the ports. */
function columnsOf(rows: readonly MatrixRow[], ports: readonly string[]) {
  const clients = [...new Set(rows.flatMap(row => row.clients))].sort()
  const answersOf = (client: string) =>
    ports.map(port => rows.filter(row => portOf(row) === port && row.clients.includes(client)))
  const groups = new Map<string, {readonly clients: string[]; readonly answers: readonly (readonly MatrixRow[])[]}>()
  for (const client of clients) {
    const answers = answersOf(client)
    const key = JSON.stringify(answers.map(each => each.map(({verdict, because}) => [verdict, because])))
    const known = groups.get(key)
    if (known === undefined) groups.set(key, {clients: [client], answers})
    else known.clients.push(client)
  }
  return [...groups.values()]
}

function verdictWords({verdict, because, on}: MatrixRow): string {
  return `${verdict}: ${because}${on.length === 0 ? '' : ` (${on.join(', ')})`}`
}

function columnHead(clients: readonly string[], at: number): Html {
  const [first = '', ...more] = clients
  if (more.length === 0) return html`${first}`
  return html`<details class="more"><summary>clients ${String.fromCharCode(65 + (at % 26))} (${clients.length})</summary>${clients.join(', ')}</details>`
}

function policyMatrix({namespace, rows}: AuthzMatrix): Html {
  const ports = [...new Set(rows.map(portOf))]
  const columns = columnsOf(rows, ports)
  const list = idOf('policy', namespace)
  const body = ports.map((port, at) => {
    const id = idOf('policy', namespace, String(at))
    const answers = columns.map(({clients, answers}) => ({clients, here: answers[at] ?? []}))
    const verdicts = answers.map(({here}) => {
      const words = [...new Set(here.map(({verdict}) => verdict))]
      const [one] = words
      const mixed = words.length > 1
      return html`<td class="state-${one === undefined ? 'dim' : mixed ? 'warn' : VERDICT_TONES[one]}">${words.join(' or ') || '-'}</td>`
    })
    const evidence = answers.flatMap(({clients, here}) =>
      here.map(row => html`<li>${clients.join(', ')}: ${verdictWords(row)}</li>`),
    )
    return html`<tr data-home="${namespace}"><th scope="row">${opener(id, port)}</th>${verdicts}</tr>${evidenceRow(id, columns.length + 1, html`<ul>${evidence}</ul>`)}`
  })
  return html`<h3>Namespace ${namespace}</h3>${filterBar(list, `Services of ${namespace}`, [], [])}${table(`Who may call the Services of ${namespace}`, ['Service port', ...columns.map(({clients}, at) => columnHead(clients, at))], body, list)}`
}

/** Who may call what, by AuthorizationPolicy objects. */
export function policySection({authz}: OverviewReport): Html {
  return answeredSection(
    'policy',
    'Authorization policies',
    authz,
    all =>
      all.length === 0
        ? 'No Service with a known endpoint.'
        : 'Who may call which Service port, by the objects. Clients are service accounts (namespace/name).',
    all => all.map(policyMatrix),
  )
}
