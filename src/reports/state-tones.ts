import type {Severity} from '../model/finding.js'
import type {Block, Cell, Doc, Tone} from '../terminal/doc.js'

/** How bad findings are, as tones. */
export const SEVERITY_TONES: Readonly<Record<Severity, Tone>> = {error: 'bad', warning: 'warn', info: 'dim'}

/** What states mean, by the words of Envoy, istiod and meshctl that tables show. */
const STATE_TONES: ReadonlyMap<string, Tone> = new Map(
  (
    [
      ['good', ['SYNCED', 'HEALTHY', 'ACTIVE', 'OK', 'LIVE', 'true']],
      ['warn', ['STALE', 'DEGRADED', 'DRAINING', 'WARMING', 'PERMISSIVE', 'PLAINTEXT', 'EXPIRES SOON', 'NOT ROTATING']],
      [
        'bad',
        ['ERROR', 'UNHEALTHY', 'EXPIRED', 'REJECTED', 'CONFLICT', 'DISCONNECTED', 'NOT CONNECTED', 'TIMEOUT', 'false'],
      ],
      ['dim', ['IGNORED', 'NOT SENT', 'NOT_SENT', 'UNKNOWN', '-']],
    ] as const
  ).flatMap(([tone, words]) => words.map(word => [word, tone] as const)),
)

function toned(cell: Cell): Cell {
  if (typeof cell !== 'string') return cell
  const tone = STATE_TONES.get(cell.replace(/ \([^()]*\)$/, ''))
  return tone === undefined ? cell : {text: cell, tone}
}

function tonedBlock(block: Block): Block {
  return block.block === 'table' ? {...block, rows: block.rows.map(row => row.map(toned))} : block
}

/** A document whose tables give each state its tone; the word itself says the same, so nothing is said by colour alone. */
export function withStateTones(doc: Doc): Doc {
  return doc.map(tonedBlock)
}
