import {dumpBytes, type Pasted, type PastedEvidence, recognisePasted} from '../../formats/pasted/recognise.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {EvidenceId} from '../../model/evidence/evidence.js'
import type {PastedTable, TableKind} from '../../model/evidence/pasted-table.js'
import type {InputFile} from './input-file.js'

/** Evidence put together from what was pasted. */
export interface PastedArtifact {
  readonly bytes: Uint8Array
  readonly from: string
  readonly missing: readonly Gap[]
}

/** What given files hold that is not a whole page by itself; each file is read when it is first asked about. */
export interface PastedFiles {
  evidence(id: EvidenceId): PastedArtifact | undefined
  tables(kind: TableKind): readonly PastedTable[]
  /** What a file holds, in words; undefined when nothing of it is known. */
  describe(file: InputFile): string | undefined
}

const TABLE_NAMES: Readonly<Record<TableKind, string>> = {
  cluster: 'a table of istioctl proxy-config cluster',
  listener: 'a table of istioctl proxy-config listener',
  route: 'a table of istioctl proxy-config route',
  endpoint: 'a table of istioctl proxy-config endpoint',
  secret: 'a table of istioctl proxy-config secret',
  'proxy-status': 'a table of istioctl proxy-status',
}

const PAGE_NAMES: Partial<Record<EvidenceId, string>> = {
  'envoy.clusters': "Envoy's /clusters page",
  'envoy.listeners': "Envoy's /listeners page",
  'envoy.server_info': "Envoy's /server_info page",
  'envoy.certs': "Envoy's /certs page",
  'istiod.syncz': "istiod's /debug/syncz page",
}

function words(pasted: Pasted): string | undefined {
  const sections = [...new Set(pasted.dump.map(({section}) => section.toLowerCase()))]
  const parts = [
    ...(sections.length === 0 ? [] : [`pieces of an Envoy config_dump (${sections.join(', ')})`]),
    ...pasted.tables.map(({kind}) => TABLE_NAMES[kind]),
    ...(pasted.tables.some(({kind}) => kind === 'proxy-status')
      ? []
      : pasted.evidence.flatMap(({evidence}) => PAGE_NAMES[evidence] ?? [])),
  ]
  return parts.length === 0 ? undefined : [...new Set(parts)].join(' and ')
}

/** True for JSON that is whole and has nothing before, behind or cut out of it, so that the reader of its page can use it unchanged. */
export function isPlainJson(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const head = text
    .subarray(0, 64)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
  const tail = text
    .subarray(Math.max(0, text.length - 64))
    .toString('utf8')
    .trimEnd()
  if (!/^[{[]/.test(head) || !/[}\]]$/.test(tail)) return false
  if (text.indexOf('...') < 0 && text.indexOf('…') < 0 && !/^\{\s*\}\s*\{/.test(head)) return true
  try {
    JSON.parse(text.toString('utf8').replace(/^\ufeff/, ''))
    return true
  } catch {
    return false
  }
}

/** Reads files as something pasted. `whole` are those that are a page by themselves; their content is left to its reader. */
export function pastedFiles(files: readonly InputFile[]): PastedFiles {
  const known = new Map<InputFile, Pasted>()
  const read = (file: InputFile): Pasted => {
    const pasted = known.get(file) ?? recognisePasted(file.label, file.bytes)
    known.set(file, pasted)
    return pasted
  }

  function dump(): PastedArtifact | undefined {
    const holding = files.map(file => ({file, pasted: read(file)})).filter(({pasted}) => pasted.dump.length > 0)
    if (holding.length === 0) return undefined
    return {
      bytes: dumpBytes(
        holding.flatMap(({pasted}) => pasted.dump),
        holding.flatMap(({pasted}) => pasted.dumpMissing),
      ),
      from: holding.map(({file}) => file.label).join(', '),
      missing: holding.flatMap(({pasted}) => pasted.dumpMissing),
    }
  }

  return {
    evidence(id) {
      if (id === 'envoy.config_dump') return dump()
      for (const file of files) {
        const found: PastedEvidence | undefined = read(file).evidence.find(({evidence}) => evidence === id)
        if (found !== undefined)
          return {bytes: Buffer.from(JSON.stringify(found.value)), from: file.label, missing: found.missing}
      }
      return undefined
    },
    // A whole page is not a table, and may be large.
    tables: kind =>
      files
        .filter(({bytes}) => !isPlainJson(bytes))
        .flatMap(file => read(file).tables.filter(table => table.kind === kind)),
    describe: file => words(read(file)),
  }
}
