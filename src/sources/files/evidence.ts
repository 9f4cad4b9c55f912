import {listenersTable} from '../../formats/envoy/envoy-listeners.js'
import {formsIn} from '../../formats/forms/forms-in.js'
import {contentName, type Sniffed} from '../../formats/sniff.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import {type Artifact, type EvidenceId, evidenceRow, isEvidenceId} from '../../model/evidence/evidence.js'
import type {PastedTable, TableKind} from '../../model/evidence/pasted-table.js'
import {shellWord} from '../../model/text/shell-word.js'
import {type FileContent, firstKind} from './content.js'
import {isPlainJson, type PastedFiles} from './pasted-files.js'

/** One rules text answers for any backend: the text itself shows the family. */
const STANDS_FOR: Partial<Record<EvidenceId, readonly Sniffed[]>> = {
  'net.iptables.nft': [
    'net.iptables.nft',
    'net.iptables.legacy',
    'net.ip6tables.nft',
    'net.ip6tables.legacy',
    'net.nft',
    'log.istio-init',
  ],
  'net.sockets': ['net.sockets'],
}

/** Rules of which each table, family or back end may be in a file of its own. */
const RULES: ReadonlySet<Sniffed> = new Set<Sniffed>([
  'net.iptables.nft',
  'net.iptables.legacy',
  'net.ip6tables.nft',
  'net.ip6tables.legacy',
])

/** Evidence that a file of unknown content may be intended as: its parser then reports what is wrong with it. */
const GUESSED: readonly EvidenceId[] = [
  'envoy.config_dump',
  'envoy.clusters',
  'net.iptables.nft',
  'net.sockets',
  'envoy.server_info',
  'istiod.syncz',
]

/** Pages that come as JSON: anything but the whole page is looked at piece by piece. */
const JSON_PAGES: readonly EvidenceId[] = [
  'envoy.config_dump',
  'envoy.clusters',
  'envoy.listeners',
  'envoy.server_info',
  'envoy.certs',
  'istiod.syncz',
  'ztunnel.config_dump',
]

/** True when the content is the page itself, so that its reader can use the bytes unchanged. */
function isWholePage(content: FileContent, id: EvidenceId): boolean {
  if (!JSON_PAGES.includes(id)) return true
  if (!content.kinds.includes(id) || !isPlainJson(content.bytes)) return false
  return id !== 'envoy.config_dump' || Buffer.from(content.bytes.subarray(0, 65_536)).includes('"configs"')
}

/** The file that answers for a kind of evidence, or may be intended to. */
function fileFor(contents: readonly FileContent[], id: EvidenceId): FileContent | undefined {
  const wanted = STANDS_FOR[id] ?? [id]
  for (const sniffed of wanted) {
    const exact = contents.find(content => content.kinds.includes(sniffed))
    if (exact !== undefined) return exact
  }
  return GUESSED.includes(id) ? contents.find(content => firstKind(content) === 'unknown') : undefined
}

/** The bytes of all files that hold the same kind of rules: tables, families and back ends are often saved one by one. */
function joined(contents: readonly FileContent[], content: FileContent) {
  const alike = contents.filter(each => firstKind(each) === firstKind(content))
  if (alike.length === 1 || !RULES.has(firstKind(content))) return {bytes: content.bytes, from: content.label}
  const bytes = Buffer.concat(alike.flatMap(each => [Buffer.from(each.bytes), Buffer.from('\n')]))
  return {bytes, from: alike.map(each => each.label).join(', ')}
}

/** What a file holds, in words. */
export function contentText(content: FileContent, pasted: PastedFiles): string {
  const kind = firstKind(content)
  return kind === 'unknown' ? (pasted.describe(content) ?? contentName(kind)) : contentName(kind)
}

/** What a file holds, with the command that answers from it. */
export function contentOffer(content: FileContent, pasted: PastedFiles): string {
  const command = formsIn(content.label, content.bytes).flatMap(({commands}) => commands)[0]
  const name = contentText(content, pasted)
  return command === undefined ? name : `${name} (meshctl ${command} -f ${shellWord(content.label)})`
}

/** Evidence from given files: a whole page, what was pasted of it, or rules joined from several files. */
export function fileEvidence(contents: readonly FileContent[], pasted: PastedFiles, id: EvidenceId): Answer<Artifact> {
  const content = fileFor(contents, id)
  const whole = content !== undefined && isWholePage(content, id)
  const pieces = whole ? undefined : pasted.evidence(id)
  if (pieces !== undefined) {
    const {bytes, from, missing: gaps} = pieces
    return answered({
      id,
      bytes,
      provenance: {from},
      ...definedFields({incomplete: gaps.length === 0 ? undefined : gaps}),
    })
  }
  if (content === undefined || (firstKind(content) === 'unknown' && pasted.describe(content) !== undefined)) {
    const held = contents.map(each => `${each.label} is ${contentText(each, pasted)}`).join('; ')
    return missing(evidenceRow(id).title, 'not-captured', held)
  }
  const first = firstKind(content)
  const as = isEvidenceId(first) && first !== id ? {as: first} : {}
  const {bytes, from} = joined(contents, content)
  return answered({
    id,
    bytes,
    provenance: {from, ...as},
    ...definedFields({guess: first === 'unknown' ? (true as const) : undefined}),
  })
}

/** Tables of istioctl in given files; listeners also from Envoy's /listeners page. */
export function fileTables(
  contents: readonly FileContent[],
  pasted: PastedFiles,
  kind: TableKind,
): readonly PastedTable[] {
  const found = pasted.tables(kind)
  if (kind !== 'listener' || found.length > 0) return found
  // The page itself answers; looking for another among it would read all of it once more.
  if (contents.some(content => isWholePage(content, 'envoy.config_dump'))) return []
  const page = pasted.evidence('envoy.listeners')
  return page === undefined ? [] : [listenersTable(JSON.parse(Buffer.from(page.bytes).toString('utf8')))]
}
