import type {TableKind} from '../../model/evidence/pasted-table.js'

/** How the cells of a row without its header can be recognised: a pattern with a group per column. */
interface RowShape {
  readonly kind: TableKind
  readonly columns: readonly string[]
  readonly row: RegExp
}

const STATE = '(?:SYNCED|STALE|NOT SENT|ERROR|IGNORED)(?: \\([^)]{1,60}\\)){0,2}'
const GAP = '\\s{2,}'
const POD = '([a-z0-9][\\w.-]*\\.[a-z0-9-]+)'
const DESTINATION = '((?:Cluster|Route|Inline Route): .+|\\S*Cluster\\S*|Non-HTTP/Non-TCP|HTTP|TCP|Internal:? ?.*)'

function states(...names: readonly string[]): string {
  return names.map(() => `(${STATE})`).join(GAP)
}

/** Rows by their cells alone: names of states, types and directions are in fixed places (istioctl 1.0 to 1.31). */
const ROW_SHAPES: readonly RowShape[] = [
  ...[
    ['CDS', 'LDS', 'EDS', 'RDS', 'ECDS'],
    ['CDS', 'LDS', 'EDS', 'RDS'],
  ].flatMap((types): readonly RowShape[] => [
    {
      kind: 'proxy-status',
      columns: ['NAME', 'CLUSTER', ...types, 'ISTIOD', 'VERSION'],
      row: new RegExp(`^${POD}${GAP}(\\S+)${GAP}${states(...types)}${GAP}(\\S+)(?:${GAP}(\\S+))?\\s*$`),
    },
    {
      kind: 'proxy-status',
      columns: ['NAME', ...types, 'PILOT', 'VERSION'],
      row: new RegExp(`^${POD}${GAP}${states(...types)}${GAP}(\\S+)(?:${GAP}(\\S+))?\\s*$`),
    },
  ]),
  {
    kind: 'proxy-status',
    columns: ['NAME', 'CLUSTER', 'ISTIOD', 'VERSION', 'SUBSCRIBED TYPES'],
    row: new RegExp(`^${POD}${GAP}(\\S+)${GAP}(\\S+)${GAP}(\\S+)${GAP}(\\d+ \\([A-Z,]+\\)|0)\\s*$`),
  },
  {
    kind: 'cluster',
    columns: ['SERVICE FQDN', 'PORT', 'SUBSET', 'DIRECTION', 'TYPE', 'DESTINATION RULE'],
    row: new RegExp(
      `^(?:(\\S+)${GAP})?(\\d+|-)${GAP}(\\S+)${GAP}(inbound|outbound|inbound-vip|-)${GAP}(EDS|STATIC|STRICT_DNS|LOGICAL_DNS|ORIGINAL_DST|CUSTOM\\S*)(?:${GAP}(\\S+))?\\s*$`,
    ),
  },
  {
    kind: 'endpoint',
    columns: ['ENDPOINT', 'STATUS', 'OUTLIER CHECK', 'CLUSTER'],
    row: new RegExp(
      `^(\\S+)${GAP}(HEALTHY|UNHEALTHY|DRAINING|TIMEOUT|DEGRADED|UNKNOWN)${GAP}(OK|FAILED)${GAP}(\\S+)\\s*$`,
    ),
  },
  {
    kind: 'endpoint',
    columns: ['ENDPOINT', 'STATUS', 'CLUSTER'],
    row: new RegExp(
      `^(\\S+)${GAP}(HEALTHY|UNHEALTHY|DRAINING|TIMEOUT|DEGRADED|UNKNOWN)${GAP}(\\S*\\|\\S+|\\S*Cluster\\S*)\\s*$`,
    ),
  },
  {
    kind: 'listener',
    columns: ['ADDRESS', 'PORT', 'MATCH', 'DESTINATION'],
    row: new RegExp(
      `^(?:listener/\\S+\\s+)?(\\S+)\\s+(\\d+)\\s+(ALL|(?:SNI|Trans|App|Addr): .*?)\\s+${DESTINATION}\\s*$`,
    ),
  },
  {
    kind: 'listener',
    columns: ['ADDRESS', 'PORT', 'TYPE'],
    row: /^(\d{1,3}(?:\.\d{1,3}){3}|(?=[0-9a-f]*:)[0-9a-f:]+)\s+(\d+)\s+(HTTP|TCP|HTTP\+TCP|UNKNOWN)\s*$/,
  },
  {
    kind: 'secret',
    columns: ['RESOURCE NAME', 'TYPE', 'STATUS', 'VALID CERT', 'SERIAL NUMBER', 'NOT AFTER', 'NOT BEFORE'],
    row: new RegExp(
      `^(\\S+)${GAP}(Cert Chain|CA)${GAP}(\\S+)${GAP}(true|false)${GAP}([0-9a-f]+)${GAP}(\\d{4}-\\d\\d-\\d\\dT\\S+)${GAP}(\\d{4}-\\d\\d-\\d\\dT\\S+)(?:${GAP}\\S+)?\\s*$`,
    ),
  },
]

/** The table a row is of and its cells, judged by the cells alone. */
export function readRow(
  text: string,
): {readonly shape: RowShape; readonly cells: Readonly<Record<string, string>>} | undefined {
  if (text.length > 4000) return undefined
  const line = text.trim().replace(/\t+/g, '    ')
  for (const shape of ROW_SHAPES) {
    const found = shape.row.exec(line)
    if (found === null) continue
    return {
      shape,
      cells: Object.fromEntries(shape.columns.map((name, index) => [name, (found[index + 1] ?? '').trim()])),
    }
  }
  return undefined
}
