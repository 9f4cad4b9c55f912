import {groupedPairs} from '../../model/collections/grouped-by.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {EvidenceId} from '../../model/evidence/evidence.js'
import type {PastedTable} from '../../model/evidence/pasted-table.js'
import {isObject} from '../decode.js'
import {parseTables} from '../istioctl-table/parse.js'
import {listsProxies, syncEntries} from '../istioctl-table/proxy-status.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'
import {unwrapLines} from '../wrapped-text/unwrap.js'
import {clustersPage, listenersPage} from './admin-text.js'
import {assembledDump, type DumpPiece, envoyPieces, type PagePiece} from './envoy-pieces.js'
import {jsonBlocks} from './json-blocks.js'
import type {JsonCut} from './partial-json.js'

/** Evidence found in a text, in the form its reader knows, and what was cut out of it. */
export interface PastedEvidence {
  readonly evidence: EvidenceId
  readonly value: unknown
  readonly missing: readonly Gap[]
}

/** What a pasted text holds besides what whole files are recognised by. */
export interface Pasted {
  readonly evidence: readonly PastedEvidence[]
  readonly dump: readonly DumpPiece[]
  readonly dumpMissing: readonly Gap[]
  readonly tables: readonly PastedTable[]
}

/** Larger texts are not a paste: whole pages are read by their own readers. */
const MAX_TEXT = 64 * 1024 * 1024

function cutGap(label: string, cuts: readonly JsonCut[]): readonly Gap[] {
  const ends = cuts.find(({how}) => how === 'ends')
  const elided = cuts.filter(({how}) => how === 'elided').map(({line}) => line)
  const lines = [...new Set(elided)]
  const more = lines.length > 5 ? ', …' : ''
  return [
    ...(ends === undefined
      ? []
      : [
          {
            what: `${label}:${ends.line}`,
            reason: 'truncated' as const,
            detail: `the text ends in the middle of ${ends.within ?? 'the JSON'}; what is whole before it is used`,
          },
        ]),
    ...(lines.length === 0
      ? []
      : [
          {
            what: label,
            reason: 'truncated' as const,
            detail: `parts were cut out (line ${lines.slice(0, 5).join(', ')}${more}); what was there is unknown`,
          },
        ]),
  ]
}

interface FromJson {
  readonly dump: readonly DumpPiece[]
  readonly pages: readonly PagePiece[]
  readonly missing: readonly Gap[]
}

/** Fields that begin or are in YAML of Envoy and of nothing else people paste. */
const YAML_MARK =
  /^\s*(?:- )?(?:static_resources|staticResources|dynamic_resources|dynamicResources|bootstrap|configs|virtualHosts|virtual_hosts|filterChains|filter_chains|clusterName|connectTimeout|connect_timeout|edsClusterConfig|dynamicActiveSecrets|dynamicWarmingSecrets|addedViaApi|hostStatuses|resources|activeState)\s*:/
const YAML_LINE = /^(?:\s*$|\s+\S|- |-$|#|["']?[\w@./-]+["']?\s*:(?:\s|$)|[\]}])/

/** The lines around a mark that can belong to one YAML document. */
function yamlBlock(lines: readonly string[]): string | undefined {
  const mark = lines.findIndex(line => YAML_MARK.test(line))
  if (mark < 0) return undefined
  let start = mark
  while (start > 0 && YAML_LINE.test(lines[start - 1] ?? '!')) start--
  let end = mark
  while (end < lines.length && YAML_LINE.test(lines[end] ?? '!')) end++
  return lines.slice(start, end).join('\n')
}

/** Lines where something was left out by hand: three dots alone. */
function elidedLines(label: string, text: string): readonly Gap[] {
  const cuts = text
    .split('\n')
    .flatMap((line, index) => (/^\s*(?:\.{3,}|…)\s*$/.test(line) ? [{line: index + 1, how: 'elided' as const}] : []))
  return cutGap(label, cuts)
}

/** Lines that look like rows of a table of proxies and could not be read: those proxies are missing in the answer. */
function unreadRows(label: string, tables: readonly PastedTable[]): readonly Gap[] {
  return tables
    .flatMap(({unread = []}) => unread)
    .slice(0, 5)
    .map(line => ({what: `${label}:${line}`, reason: 'unreadable', detail: 'a row of the table could not be read'}))
}

/** A text with YAML of Envoy: a static configuration, or what istioctl prints with `-o yaml`. */
function fromYaml(label: string, text: string): FromJson {
  const lines = unwrapLines(text).filter(({command}) => command !== true)
  const block = yamlBlock(lines.map(line => line.text))
  if (block === undefined || /^(?:- )?(?:apiVersion|kind)\s*:/m.test(block)) return {dump: [], pages: [], missing: []}
  return split(envoyPieces(parseYamlText(block)), elidedLines(label, text), label)
}

function split(pieces: ReturnType<typeof envoyPieces>, missing: readonly Gap[], _label: string): FromJson {
  return {
    dump: pieces.filter((each): each is DumpPiece => each.kind === 'dump'),
    pages: pieces.filter((each): each is PagePiece => each.kind === 'page'),
    missing,
  }
}

function fromJson(label: string, text: string): FromJson {
  const read = jsonBlocks(text)
    .map(block => ({block, pieces: envoyPieces(block.value)}))
    .filter(({pieces}) => pieces.length > 0)
  return split(
    read.flatMap(({pieces}) => pieces),
    read.flatMap(({block}) => cutGap(label, block.cuts)),
    label,
  )
}

/** The same without what log collectors put in front of each line, where the text as it is holds nothing. */
function fromWrappedJson(label: string, text: string): FromJson {
  // What Envoy and istiod print as JSON has objects.
  if (!text.includes('{')) return {dump: [], pages: [], missing: []}
  const plain = fromJson(label, text)
  if (plain.dump.length + plain.pages.length > 0) return plain
  const lines = unwrapLines(text).filter(({command}) => command !== true)
  return fromJson(label, lines.map(line => line.text).join('\n'))
}

/** Pages of one kind as one: lists of clusters and of proxies are joined, of others the first counts. */
function joinedPages(pages: readonly PagePiece[], missing: readonly Gap[]): readonly PastedEvidence[] {
  const byEvidence = groupedPairs(pages.map(({evidence, value}) => [evidence, value] as const))
  return [...byEvidence].map(([evidence, values]) => ({evidence, value: joined(values), missing}))
}

const JOINED = [
  'cluster_statuses',
  'clusterStatuses',
  'listener_statuses',
  'listenerStatuses',
  'certificates',
  'resources',
] as const

function joined(values: readonly unknown[]): unknown {
  const [first] = values
  if (values.length === 1) return first
  if (values.every(Array.isArray)) return values.flat()
  const key = JOINED.find(name => values.every(value => isObject(value) && Array.isArray(value[name])))
  return key === undefined ? first : {[key]: values.flatMap(value => (isObject(value) ? value[key] : []))}
}

/** Everything of Envoy, istiod and istioctl that a pasted text holds: JSON and YAML whole, in pieces or cut, admin pages as text, tables. Never fails. */
export function recognisePasted(label: string, bytes: Uint8Array): Pasted {
  if (bytes.length > MAX_TEXT) return {evidence: [], dump: [], dumpMissing: [], tables: []}
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
  const json = fromWrappedJson(label, text)
  const yaml = json.dump.length + json.pages.length === 0 ? fromYaml(label, text) : {dump: [], pages: [], missing: []}
  const dump = [...json.dump, ...yaml.dump]
  const pages = [...json.pages, ...yaml.pages]
  // Nothing but JSON: there are no lines of pages or tables in it.
  const onlyJson = pages.length + dump.length > 0 && /^\s*(?:\{|\[\s*[{"\]])/.test(text)
  const lines = onlyJson ? [] : unwrapLines(text)
  const texts = [clustersPage(lines), listenersPage(lines)].filter(page => page !== undefined)
  const tables = onlyJson ? [] : parseTables(text)
  const sync = tables.filter(table => table.kind === 'proxy-status' && listsProxies(table))
  return {
    evidence: [
      ...joinedPages(pages, json.missing),
      ...texts.map(({evidence, value}) => ({evidence, value, missing: elidedLines(label, text)})),
      ...(sync.length === 0
        ? []
        : [
            {
              evidence: 'istiod.syncz' as const,
              value: syncEntries(sync),
              missing: [...elidedLines(label, text), ...unreadRows(label, sync)],
            },
          ]),
    ],
    dump,
    dumpMissing: dump.length === 0 ? [] : [...json.missing, ...yaml.missing],
    tables,
  }
}

/** A config_dump as bytes, of the pieces of one or several texts, with what is missing of them. */
export function dumpBytes(pieces: readonly DumpPiece[], missing: readonly Gap[]): Uint8Array {
  return Buffer.from(JSON.stringify(assembledDump(pieces, missing[0]?.detail)))
}
