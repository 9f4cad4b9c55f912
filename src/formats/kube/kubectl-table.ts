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
  ['certificates.cert-manager.io', 'READY SECRET'],
  ['certificatesigningrequests', 'AGE SIGNERNAME REQUESTOR'],
  ['virtualservices', 'GATEWAYS HOSTS'],
  ['serviceentries', 'HOSTS LOCATION RESOLUTION'],
  ['destinationrules', 'HOST AGE'],
  ['peerauthentications', 'MODE AGE'],
  ['authorizationpolicies', 'ACTION AGE'],
  ['mutatingwebhookconfigurations', 'WEBHOOKS AGE'],
]
const FIRST = /^(?:NAMESPACE\s+)?NAME\s/

/** Columns that people choose for names of containers: `-o custom-columns=NAME:.metadata.name,CONTAINERS:.spec.containers[*].name`. */
const CONTAINER_COLUMN = /^(?:INIT[-_]?)?CONTAINERS?(?:[-_]?NAMES?)?$/

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
  const kind =
    KINDS.find(([, mark]) => own === mark || own.startsWith(`${mark} `))?.[0] ??
    (columns.some(name => CONTAINER_COLUMN.test(name)) ? 'containers-of-pods' : undefined)
  return kind === undefined ? undefined : {kind, columns}
}

/** Tables of containers: `docker ps`, `podman ps` and `nerdctl ps`; `docker compose ps`; `crictl ps`. PORTS may be empty, so cells are found by what they are. */
const ENGINES: readonly {
  readonly header: RegExp
  readonly row: (cells: readonly string[], status: number) => Readonly<Record<string, string>>
}[] = [
  {
    header: /^CONTAINER ID\s+IMAGE\s+COMMAND\s/,
    row: (cells, status) => ({
      ID: cells[0] ?? '',
      IMAGE: cells[1] ?? '',
      STATUS: cells[status] ?? '',
      NAME: cells.at(-1) ?? '',
    }),
  },
  {
    header: /^NAME\s+IMAGE\s+COMMAND\s+SERVICE\s/,
    row: (cells, status) => ({IMAGE: cells[1] ?? '', STATUS: cells[status] ?? '', NAME: cells[0] ?? ''}),
  },
  {
    header: /^CONTAINER\s+IMAGE\s+CREATED\s+STATE\s+NAME\s/,
    row: (cells, status) => ({
      ID: cells[0] ?? '',
      IMAGE: cells[1] ?? '',
      STATUS: cells[status] ?? '',
      NAME: cells[status + 1] ?? '',
    }),
  },
]
const STATUS = /^(?:Up|Running|Exited|Created|Restarting|Paused|Dead|Removal|Unknown)\b/
type Engine = (typeof ENGINES)[number]

function engineRow(line: string, {row}: Engine): Readonly<Record<string, string>> | undefined {
  const cells = cellsOf(line)
  const status = cells.findIndex(cell => STATUS.test(cell))
  if (!/^[a-z0-9]/.test(cells[0] ?? '') || cells.length < 4 || status < 1) return undefined
  return {...row(cells, status), PORTS: cells.find(cell => /\d\/(?:tcp|udp|sctp)\b/.test(cell)) ?? ''}
}

function rowOf(line: string, columns: readonly string[]): Readonly<Record<string, string>> | undefined {
  const cells = [cellsOf(line), looseCells(line)].find(
    ({length}) => length === columns.length || (length > 2 && length >= columns.length - 2 && length < columns.length),
  )
  if (cells === undefined || !/^[a-z0-9]/.test(cells[0] ?? '')) return undefined
  return Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? '']))
}

/** What the rows behind a header are read with: its columns, or the engine that prints such tables. */
type Layout = {readonly columns: readonly string[]} | {readonly engine: Engine}

const DOCKER_ROW = /^[0-9a-f]{12,64}\s+\S+\s+"/

/** The table that a line begins: by its header, or a row of `docker ps` that was picked with grep (an id, an image and a command in quotes). */
function startOf(
  line: string,
  open: boolean,
): {readonly kind: string; readonly layout: Layout; readonly isRow: boolean} | undefined {
  const engine =
    ENGINES.find(({header}) => header.test(line)) ?? (!open && DOCKER_ROW.test(line) ? ENGINES[0] : undefined)
  if (engine !== undefined) return {kind: 'containers', layout: {engine}, isRow: !engine.header.test(line)}
  const header = headerOf(line)
  return header === undefined ? undefined : {kind: header.kind, layout: {columns: header.columns}, isRow: false}
}

/** The tables of `kubectl get` in a text, also wide ones, of all namespaces and with label columns, and those of container engines; a row ends them that does not fit. Never fails. */
export function kubectlTables(text: string): readonly KubectlTable[] {
  const tables: {kind: string; rows: Readonly<Record<string, string>>[]}[] = []
  let layout: Layout | undefined
  for (const {text: line, command} of unwrapLines(text)) {
    const start = command === true ? undefined : startOf(line.trim(), layout !== undefined)
    if (start !== undefined) {
      layout = start.layout
      tables.push({kind: start.kind, rows: []})
      if (!start.isRow) continue
    }
    const row =
      command === true || layout === undefined
        ? undefined
        : 'engine' in layout
          ? engineRow(line, layout.engine)
          : rowOf(line, layout.columns)
    if (row !== undefined) tables.at(-1)?.rows.push(row)
    else if (line.trim() !== '') layout = undefined
  }
  return tables.filter(({rows}) => rows.length > 0)
}
