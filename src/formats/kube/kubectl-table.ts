import type {KubectlTable} from '../../model/kube/kubectl-table.js'
import {unwrapLines} from '../wrapped-text/unwrap.js'

/** The columns by which a table of kubectl shows its kind, behind NAMESPACE and NAME (Kubernetes printers, additionalPrinterColumns of Istio's CRDs). */
const KINDS: readonly (readonly [kind: string, columns: string])[] = [
  ['pods', 'READY STATUS RESTARTS'],
  ['services', 'TYPE CLUSTER-IP EXTERNAL-IP PORT(S)'],
  ['deployments', 'READY UP-TO-DATE AVAILABLE'],
  ['deployments', 'DESIRED CURRENT UP-TO-DATE AVAILABLE'],
  ['replicasets', 'DESIRED CURRENT READY AGE'],
  ['daemonsets', 'DESIRED CURRENT READY UP-TO-DATE'],
  ['statefulsets', 'READY AGE'],
  ['statefulsets', 'DESIRED CURRENT AGE'],
  ['endpoints', 'ENDPOINTS'],
  ['nodes', 'STATUS ROLES'],
  ['namespaces', 'STATUS AGE'],
  ['gateways.gateway.networking.k8s.io', 'CLASS ADDRESS'],
  ['virtualservices', 'GATEWAYS HOSTS'],
  ['serviceentries', 'HOSTS LOCATION RESOLUTION'],
  ['destinationrules', 'HOST AGE'],
  ['peerauthentications', 'MODE AGE'],
  ['authorizationpolicies', 'ACTION AGE'],
  ['mutatingwebhookconfigurations', 'WEBHOOKS AGE'],
]
const FIRST = /^(?:NAMESPACE\s+)?NAME\s/

function cellsOf(line: string): readonly string[] {
  return line.trim().split(/\t+|\s{2,}/)
}

/** The same for rows whose columns stand one space apart, as chats and web pages leave them; the age of restarts belongs to its column. */
function looseCells(line: string): readonly string[] {
  return line
    .trim()
    .replace(/ \((\S+) ago\)/g, '\u0000$1')
    .split(/\s+/)
    .map(cell => cell.replace(/\u0000(\S+)/, ' ($1 ago)'))
}

function headerOf(line: string): {readonly kind: string; readonly columns: readonly string[]} | undefined {
  if (!FIRST.test(line)) return undefined
  const columns = looseCells(line)
  const own = columns.filter(name => name !== 'NAMESPACE' && name !== 'NAME').join(' ')
  const kind = KINDS.find(([, mark]) => own === mark || own.startsWith(`${mark} `))?.[0]
  return kind === undefined ? undefined : {kind, columns}
}

/** \`docker ps\`, \`podman ps\` and \`nerdctl ps\`: PORTS may be empty, so the name is the last cell whatever the count. */
const ENGINE = /^CONTAINER ID\s+IMAGE\s+COMMAND\s/
const STATUS = /^(?:Up|Exited|Created|Restarting|Paused|Dead|Removal)\b/

function engineRow(line: string): Readonly<Record<string, string>> | undefined {
  const cells = cellsOf(line)
  const status = cells.find(cell => STATUS.test(cell))
  if (!/^[0-9a-f]{12,64}$/.test(cells[0] ?? '') || cells.length < 5 || status === undefined) return undefined
  const ports = cells.find(cell => /\d\/(?:tcp|udp|sctp)\b/.test(cell)) ?? ''
  return {ID: cells[0] ?? '', IMAGE: cells[1] ?? '', STATUS: status, PORTS: ports, NAME: cells.at(-1) ?? ''}
}

function rowOf(line: string, columns: readonly string[]): Readonly<Record<string, string>> | undefined {
  const cells = [cellsOf(line), looseCells(line)].find(
    ({length}) => length === columns.length || (length > 2 && length >= columns.length - 2 && length < columns.length),
  )
  if (cells === undefined || !/^[a-z0-9]/.test(cells[0] ?? '')) return undefined
  return Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? '']))
}

/** The tables of `kubectl get` in a text, also wide ones, of all namespaces and with label columns; a row ends them that does not fit. Never fails. */
export function kubectlTables(text: string): readonly KubectlTable[] {
  const tables: {kind: string; rows: Readonly<Record<string, string>>[]}[] = []
  let columns: readonly string[] | undefined
  for (const {text: line, command} of unwrapLines(text)) {
    const header = command === true ? undefined : headerOf(line.trim())
    if (command !== true && ENGINE.test(line.trim())) {
      columns = []
      tables.push({kind: 'containers', rows: []})
      continue
    }
    if (header !== undefined) {
      columns = header.columns
      tables.push({kind: header.kind, rows: []})
      continue
    }
    // Rows that were picked with grep: an id, an image and a command in quotes.
    if (command !== true && columns === undefined && /^[0-9a-f]{12,64}\s+\S+\s+"/.test(line.trim())) {
      columns = []
      tables.push({kind: 'containers', rows: []})
    }
    const row =
      command === true || columns === undefined
        ? undefined
        : columns.length === 0
          ? engineRow(line)
          : rowOf(line, columns)
    if (row !== undefined) tables.at(-1)?.rows.push(row)
    else if (line.trim() !== '') columns = undefined
  }
  return tables.filter(({rows}) => rows.length > 0)
}
