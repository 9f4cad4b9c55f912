import type {Block, Cell, Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {MtlsProof} from './proof.js'
import type {MtlsReport, MtlsRow} from './report.js'

const TONES: Readonly<Record<MtlsRow['status'], Tone>> = {
  OK: 'good',
  PERMISSIVE: 'warn',
  PLAINTEXT: 'warn',
  CONFLICT: 'bad',
  UNKNOWN: 'dim',
}

function row(each: MtlsRow): readonly Cell[] {
  const subset = each.subset === '' ? '' : `|${each.subset}`
  return [
    {text: each.status, tone: TONES[each.status]},
    each.from,
    `${each.host}:${each.port}${subset}`,
    each.server,
    each.client,
    each.policy ?? '-',
    each.rule ?? '-',
    String(each.endpoints),
    each.because || '-',
  ]
}

function proofRow({side, pod, where, proxy, objects, agrees}: MtlsProof): readonly Cell[] {
  const verdict: Cell = agrees ? 'agrees' : {text: 'differs: stale configuration, or an EnvoyFilter', tone: 'bad'}
  return [side, pod, where, proxy, objects, verdict]
}

const HEADER = ['STATUS', 'FROM', 'HOST:PORT', 'SERVER', 'CLIENT', 'PEERAUTHN', 'DESTINATION RULE', 'ENDPOINTS', 'WHY']
const PROOF = ['SIDE', 'POD', 'WHERE', 'PROXY', 'OBJECTS', 'VERDICT']

/** Pairs of client and server, and what each sends and takes. */
export const mtlsView: View<MtlsReport> = {
  namedBy: 'HOST:PORT',
  doc: ({rows, proofs}) => {
    const table: Block = {block: 'table', style: 'columns', header: HEADER, rows: rows.map(row)}
    const held: Block = {block: 'table', style: 'columns', header: PROOF, rows: proofs.map(proofRow)}
    return proofs.length === 0 ? [table] : [table, {block: 'text', lines: ['']}, held]
  },
  data: ({rows, proofs}) => ({rows, proofs}),
}
