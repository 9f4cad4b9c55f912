import {definedFields} from '../../model/collections/defined-fields.js'
import {UserError} from '../../model/evidence/user-error.js'
import {readTopology, type Topology} from './topology.js'

/** One packet of a table: where it comes from, what it is, and what is expected of it (absent: only asked). */
export interface PacketCase {
  readonly id: string
  readonly ruleset: string
  readonly from: string
  readonly protocol: string
  readonly destination: string
  readonly port: number
  readonly uid: number
  readonly gid: number
  readonly source?: string
  readonly mark?: number
  readonly transparent: boolean
  readonly expect?: Readonly<Record<string, unknown>>
}

export interface CaseFile {
  readonly cases: readonly PacketCase[]
  readonly topology: Topology
}

type Json = Readonly<Record<string, unknown>>

function record(value: unknown): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : {}
}

function text(value: unknown, usual: string): string {
  return typeof value === 'string' ? value : usual
}

function number(value: unknown, usual: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : usual
}

function readCase(value: unknown, index: number): PacketCase {
  const body = record(value)
  const packet = record(body.packet)
  const id = text(body.id, `case ${index + 1}`)
  const destination = packet.dst
  const port = packet.dport
  if (typeof destination !== 'string' || typeof port !== 'number') {
    throw new UserError(`${id}: a packet needs dst (an address) and dport (a number)`)
  }
  const uid = number(packet.uid, 1000)
  return {
    id,
    ruleset: text(body.ruleset, ''),
    from: text(packet.from, 'pod'),
    protocol: text(packet.proto, 'tcp'),
    destination,
    port,
    uid,
    gid: number(packet.gid, uid),
    ...definedFields({
      source: typeof packet.src === 'string' ? packet.src : undefined,
      mark: typeof packet.mark === 'number' ? packet.mark : undefined,
    }),
    transparent: packet.transparent === true,
    expect: body.expect === undefined ? undefined : record(body.expect),
  }
}

/** Reads a packet table: an object with `cases` (and perhaps a `bed`), or a plain list of cases. */
export function readCaseFile(input: string, label: string): CaseFile {
  let document: unknown
  try {
    document = JSON.parse(input)
  } catch (error) {
    throw new UserError(`${label} is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const list = Array.isArray(document) ? document : record(document).cases
  if (!Array.isArray(list))
    throw new UserError(`${label} has no list of cases`, {
      hint: 'Write {"cases": [{"id": "...", "ruleset": "...", "packet": {"dst": "10.0.0.1", "dport": 80}}]}.',
    })
  return {cases: list.map(readCase), topology: readTopology(record(document).bed)}
}
