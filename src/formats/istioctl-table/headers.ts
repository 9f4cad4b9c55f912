import type {TableKind} from '../../model/evidence/pasted-table.js'

/** A header of a table, and which table it is of. */
export interface TableHeader {
  readonly kind: TableKind
  /** Where each column begins in the line. */
  readonly columns: readonly {readonly name: string; readonly start: number}[]
}

/** Every column istioctl's tables have had, from 1.0 to 1.31, those of several words as they are (writer packages of istioctl/pkg). */
const COLUMNS = [
  'NAME',
  'CLUSTER',
  'CDS',
  'LDS',
  'EDS',
  'RDS',
  'ECDS',
  'NDS',
  'SDS',
  'PCDS',
  'WDS',
  'WADS',
  'ISTIOD',
  'PILOT',
  'VERSION',
  'SUBSCRIBED TYPES',
  'SERVICE FQDN',
  'PORT',
  'SUBSET',
  'DIRECTION',
  'TYPE',
  'DESTINATION RULE',
  'ADDRESSES',
  'ADDRESS',
  'MATCH',
  'DESTINATION',
  'VHOST NAME',
  'DOMAINS',
  'VIRTUAL SERVICE',
  'VIRTUAL HOSTS',
  'ENDPOINT',
  'STATUS',
  'OUTLIER CHECK',
  'RESOURCE NAME',
  'VALID CERT',
  'SERIAL NUMBER',
  'NOT AFTER',
  'NOT BEFORE',
  'TRUST DOMAIN',
] as const

/** A table by columns that no other has together. */
const KINDS: readonly (readonly [TableKind, readonly string[]])[] = [
  ['proxy-status', ['CDS', 'LDS']],
  ['proxy-status', ['SUBSCRIBED TYPES']],
  ['cluster', ['SERVICE FQDN']],
  ['secret', ['RESOURCE NAME']],
  ['secret', ['VALID CERT']],
  ['endpoint', ['ENDPOINT', 'STATUS']],
  ['route', ['DOMAINS', 'MATCH']],
  ['route', ['NAME', 'VIRTUAL HOSTS']],
  ['listener', ['ADDRESS', 'PORT']],
  ['listener', ['ADDRESSES', 'PORT']],
]

const WORDS = new RegExp(`(?:^|\\s)(${[...COLUMNS].sort((a, b) => b.length - a.length).join('|')})(?=\\s|$)`, 'g')

/** Reads a header: words in capitals that are columns of istioctl and nothing else. */
export function tableHeader(line: string): TableHeader | undefined {
  if (!/^\s*[A-Z]/.test(line) || line.length > 2000) return undefined
  const columns: {name: string; start: number}[] = []
  const separated = line.replace(/\t/g, '  ')
  WORDS.lastIndex = 0
  for (const match of separated.matchAll(WORDS)) {
    const name = match[1] ?? ''
    columns.push({name, start: match.index + match[0].length - name.length})
  }
  const rest = columns.reduceRight(
    (text, {name, start}) => text.slice(0, start) + text.slice(start + name.length),
    separated,
  )
  if (columns.length < 2 || rest.trim() !== '') return undefined
  const names = columns.map(({name}) => name)
  const kind = KINDS.find(([, needed]) => needed.every(name => names.includes(name)))?.[0]
  return kind === undefined ? undefined : {kind, columns}
}
