import {readFileSync} from 'node:fs'
import {textOf} from '../../../src/formats/decode.js'
import type {RequestOutcome} from '../../../src/model/envoy/decision.js'
import type {Seen} from './client.js'
import type {Logged} from './envoy.js'

/** Where the kernel tracks connections, Envoy learns the original destination of every one, redirected or not (SO_ORIGINAL_DST). */
export function connectionsAreTracked(): boolean {
  try {
    return Number(readFileSync('/proc/sys/net/netfilter/nf_conntrack_count', 'utf8')) > 0
  } catch {
    return false
  }
}

function dash(text: string | undefined): string | null {
  return text === undefined || text === '-' ? null : text
}

/** What happened, in the form of an outcome: the log's words, and what the client saw. */
export function happened(seen: Seen, line: Logged, protocol: string): Partial<RequestOutcome> {
  const {fields} = line
  const text = (name: string) => dash(textOf(fields, name))
  const flags = text('flags')
  const readable = protocol !== 'tcp'
  return {
    listener: text('listener'),
    filterChain: text('filter_chain'),
    route: line.log === 'hcm' ? text('route') : null,
    cluster: line.log === 'listener' ? null : text('cluster'),
    status: readable ? seen.status : null,
    flags: flags === null ? [] : flags.split(',').sort(),
    details: text('details')?.replace(/\|.*$/, '') ?? null,
    terminationDetails: text('termination_details'),
    location: readable ? (seen.headers.get('location') ?? null) : null,
    upstreamPath: readable ? (seen.headers.get('x-seen-path') ?? null) : null,
    upstreamHost: readable ? seen.headers.get('x-seen-host') || null : null,
    remoteIp: text('remote_ip'),
  }
}

/** The line of the innermost log: HTTP, then TCP, then the listener's. */
export function lineOf(lines: readonly Logged[], client: string): Logged | undefined {
  const own = lines.filter(each => each.client === client)
  return ['hcm', 'tcp', 'listener'].map(log => own.find(each => each.log === log)).find(each => each !== undefined)
}

/** The fields of an outcome that are compared. */
export const COMPARED = [
  'listener',
  'filterChain',
  'route',
  'cluster',
  'status',
  'flags',
  'details',
  'terminationDetails',
  'location',
  'upstreamPath',
  'upstreamHost',
  'remoteIp',
] as const

/** Whether a field came out as said: details without what differs from run to run, one of several clusters. */
export function sameField(name: (typeof COMPARED)[number], is: unknown, was: unknown): boolean {
  if (name === 'flags') return JSON.stringify([...(is as string[])].sort()) === JSON.stringify(was)
  if (name === 'details') return (typeof is === 'string' ? is.replace(/\|.*$/, '') : is) === was
  if (name === 'cluster' && Array.isArray(is)) return is.includes(was)
  return is === was
}
