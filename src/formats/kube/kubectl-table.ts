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
/** Names as kubectl prints them when several kinds are asked for: `virtualservice.networking.istio.io/web`. */
const QUALIFIED = /^([a-z]+(?:\.[a-z0-9.-]+)?)\/(\S+)$/
/** Kinds whose tables have no column of their own, by the words in front of the names of their objects. */
const BY_NAME: readonly (readonly [kind: string, words: RegExp])[] = [
  ['gateways.networking.istio.io', /^gateway\.networking\.istio\.io$/],
]
/** The kind of a table until its first row, whose object names its own kind. */
const NAMED_BY_ROW = ''
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

function headerOf(raw: string): {readonly kind: string; readonly columns: readonly string[]} | undefined {
  const line = raw.trim()
  if (!FIRST.test(line)) return undefined
  const columns = looseCells(line)
  const own = columns.filter(name => name !== 'NAMESPACE' && name !== 'NAME').join(' ')
  const kind =
    KINDS.find(([, mark]) => own === mark || own.startsWith(`${mark} `))?.[0] ??
    (columns.some(name => CONTAINER_COLUMN.test(name))
      ? 'containers-of-pods'
      : own === 'AGE'
        ? NAMED_BY_ROW
        : undefined)
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

/** The cells of a row below the names of their columns; undefined when the row does not stand so. An empty cell keeps its place. */
function alignedCells(line: string, header: string): readonly string[] | undefined {
  const starts = [...header.matchAll(/\S+(?: \S+)*/g)].map(({index}) => index)
  const ends = [...starts.slice(1), Number.POSITIVE_INFINITY]
  const cells = starts.map((start, index) => line.slice(start, ends[index]))
  const aligned = starts.every(
    (start, index) => start === 0 || /\s/.test(line[start - 1] ?? ' ') || cells[index] === '',
  )
  return aligned && cells.every(cell => !/\S {2,}\S/.test(cell)) ? cells.map(cell => cell.trim()) : undefined
}

function rowOf(line: string, {columns, header}: Columns): Readonly<Record<string, string>> | undefined {
  const found =
    [cellsOf(line), looseCells(line)].find(({length}) => length === columns.length) ??
    alignedCells(line, header) ??
    [cellsOf(line), looseCells(line)].find(
      ({length}) => length > 2 && length >= columns.length - 2 && length < columns.length,
    )
  const cells = found?.length === columns.length || (found?.length ?? 0) > 2 ? found : undefined
  if (cells === undefined || !/^[a-z0-9]/.test(cells[0] ?? '')) return undefined
  const row = Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? '']))
  return {...row, NAME: QUALIFIED.exec(row.NAME ?? '')?.[2] ?? row.NAME ?? ''}
}

/** A pod and its containers as `-o jsonpath='{.metadata.name}{"\t"}{.spec.containers[*].name}{"\n"}'` prints them. */
function podContainers(line: string): Readonly<Record<string, string>> | undefined {
  const [, name = '', containers] = /^([a-z0-9][a-z0-9.-]*)[:,]?\s+(\S.*)$/.exec(line.trim()) ?? []
  return containers === undefined ? undefined : {NAME: name, CONTAINERS: containers}
}

/** The kind of the objects in a table, by the name of one of them. */
function kindByName(line: string): string | undefined {
  const words = looseCells(line)
    .flatMap(cell => QUALIFIED.exec(cell)?.[1] ?? [])
    .at(0)
  return words === undefined ? undefined : BY_NAME.find(([, pattern]) => pattern.test(words))?.[0]
}

/** What the rows behind a header are read with: its columns, or the engine that prints such tables. */
type Layout = Columns | {readonly engine: Engine} | 'containers'

interface Columns {
  readonly columns: readonly string[]
  readonly header: string
}

/** A template for the names of the containers of every pod, which prints rows without a header. */
const TEMPLATE = /\b(?:jsonpath|go-template)\b.*\.(?:spec\.)?containers\b.*\bname\b/

const DOCKER_ROW = /^[0-9a-f]{12,64}\s+\S+\s+"/

interface Start {
  readonly kind: string
  readonly layout: Layout
  readonly isRow: boolean
}

/** The table that a line begins: by its header, by the command that prints it, or a row of `docker ps` that was picked with grep (an id, an image and a command in quotes). */
function startOf(line: string, open: boolean, command: boolean): Start | undefined {
  const text = line.trim()
  if (text.includes('metadata.name') && TEMPLATE.test(text))
    return {kind: 'containers-of-pods', layout: 'containers', isRow: false}
  if (command) return undefined
  const engine =
    ENGINES.find(({header}) => header.test(text)) ?? (!open && DOCKER_ROW.test(text) ? ENGINES[0] : undefined)
  if (engine !== undefined) return {kind: 'containers', layout: {engine}, isRow: !engine.header.test(text)}
  const header = headerOf(line)
  if (header === undefined) return undefined
  return {kind: header.kind, layout: {columns: header.columns, header: line}, isRow: false}
}

function cellsByColumn(line: string, layout: Layout): Readonly<Record<string, string>> | undefined {
  if (layout === 'containers') return podContainers(line)
  return 'engine' in layout ? engineRow(line, layout.engine) : rowOf(line, layout)
}

/** The tables of `kubectl get` in a text, also wide ones, of all namespaces and with label columns, and those of container engines; a row ends them that does not fit. Never fails. */
export function kubectlTables(text: string): readonly KubectlTable[] {
  const tables: {kind: string; rows: Readonly<Record<string, string>>[]}[] = []
  let layout: Layout | undefined
  for (const {text: line, command} of unwrapLines(text)) {
    const start = startOf(line, layout !== undefined, command === true)
    if (start !== undefined) {
      layout = start.layout
      tables.push({kind: start.kind, rows: []})
      if (!start.isRow) continue
    }
    const row = command === true || layout === undefined ? undefined : cellsByColumn(line, layout)
    const table = tables.at(-1)
    if (row !== undefined && table?.kind === NAMED_BY_ROW) table.kind = kindByName(line) ?? NAMED_BY_ROW
    if (row !== undefined) table?.rows.push(row)
    else if (line.trim() !== '') layout = undefined
  }
  return tables.filter(({kind, rows}) => rows.length > 0 && kind !== NAMED_BY_ROW)
}
