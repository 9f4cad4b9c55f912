import {humanCount} from '../../model/text/human-count.js'
import type {Block, Cell, Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {MtlsProof} from './proof.js'
import type {MtlsReport, MtlsRow} from './report.js'

/** How good it is that a pair is so, as tones. */
export const MTLS_TONES: Readonly<Record<MtlsRow['status'], Tone>> = {
  OK: 'good',
  PERMISSIVE: 'warn',
  PLAINTEXT: 'warn',
  CONFLICT: 'bad',
  UNKNOWN: 'dim',
}

/** The worst first. */
const ORDER: readonly MtlsRow['status'][] = ['CONFLICT', 'UNKNOWN', 'PLAINTEXT', 'PERMISSIVE', 'OK']

/** The name of a Service without the domain that all of them share. */
function hostOf({host, port, subset}: MtlsRow, wide: boolean): string {
  const name = wide ? host : host.replace(/\.svc\.cluster\.local$/, '')
  return `${name}:${port}${subset === '' ? '' : `|${subset}`}`
}

function row(each: MtlsRow, wide: boolean): readonly Cell[] {
  return [
    {text: each.status, tone: MTLS_TONES[each.status]},
    each.from,
    hostOf(each, wide),
    each.server,
    each.client,
    each.policy ?? '-',
    each.rule ?? '-',
    ...(wide ? [String(each.endpoints)] : []),
    each.because || '-',
  ]
}

/** Without a row and with something unread nothing was checked. */
function headline(rows: readonly MtlsRow[], unread: number): readonly Cell[] {
  if (rows.length === 0 && unread > 0)
    return [{text: 'not checked', tone: 'warn'}, ': no client-server pair could be read']
  const counts = ORDER.map(status => [rows.filter(each => each.status === status).length, status] as const)
  const said = counts.filter(([count]) => count > 0)
  const [worst] = said
  return [
    `${humanCount(rows.length, 'client-server pair')}: `,
    {
      text: said.map(([count, status]) => `${count} ${status}`).join(', ') || 'none',
      tone: MTLS_TONES[worst?.[1] ?? 'OK'],
    },
    ...(unread === 0 ? [] : [{text: `; ${unread} not checked`, tone: 'warn'} as const]),
  ]
}

function proofRow({side, pod, where, proxy, objects, agrees}: MtlsProof): readonly Cell[] {
  const verdict: Cell = agrees ? 'agrees' : {text: 'differs: stale configuration, or an EnvoyFilter', tone: 'bad'}
  return [side, pod, where, proxy, objects, verdict]
}

const HEADER = ['STATUS', 'FROM', 'HOST:PORT', 'SERVER', 'CLIENT', 'PEERAUTHN', 'DESTINATION RULE']
const SPARE = ['PEERAUTHN', 'DESTINATION RULE', 'CLIENT']
const PROOF = ['SIDE', 'POD', 'WHERE', 'PROXY', 'OBJECTS', 'VERDICT']

/** Client-server pairs, and what each sends and accepts. */
export const mtlsView: View<MtlsReport> = {
  namedBy: 'HOST:PORT',
  doc: ({rows, proofs, gaps}, form) => {
    const wide = form === 'wide'
    const header = [...HEADER, ...(wide ? ['ENDPOINTS'] : []), 'WHY']
    const sorted = [...rows].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status))
    const head: Block = {block: 'text', lines: [headline(rows, gaps.length), '']}
    const table: Block = {
      block: 'table',
      style: 'columns',
      header,
      spare: SPARE,
      rows: sorted.map(each => row(each, wide)),
    }
    const held: Block = {block: 'table', style: 'columns', header: PROOF, rows: proofs.map(proofRow)}
    return proofs.length === 0 ? [head, table] : [head, table, {block: 'text', lines: ['']}, held]
  },
  data: ({rows, proofs}) => ({rows, proofs}),
}
