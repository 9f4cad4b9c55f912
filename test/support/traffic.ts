import {field, flagOf, listOf, numberOf, textOf} from '../../src/formats/decode.js'
import {parseLogLine} from '../../src/formats/log-line/parse.js'
import type {AccessLogEntry} from '../../src/model/envoy/log-line.js'
import type {TrafficAnswer} from '../../src/reports/trace/traffic-report.js'

/** What a record says happened: the result its client saw, and the line each side's proxy wrote. */
interface Recorded {
  readonly tcp: boolean
  readonly status: number
  readonly heard: boolean
  readonly client: AccessLogEntry | undefined
  readonly server: AccessLogEntry | undefined
}

function recorded(json: unknown): Recorded {
  const result = field(json, 'result')
  const lines = listOf(json, 'accessLogs').flatMap(each => {
    const line = parseLogLine(textOf(each, 'line') ?? '')
    return line?.kind === 'access' ? [line] : []
  })
  return {
    tcp: flagOf(json, 'request', 'tcp') ?? false,
    status: numberOf(result, 'status') ?? 0,
    heard: (textOf(result, 'said') ?? '').includes('hello'),
    client: lines.find(each => each.cluster?.startsWith('inbound|') !== true),
    server: lines.find(each => each.cluster?.startsWith('inbound|') === true),
  }
}

function clustersOf(answer: TrafficAnswer): readonly (string | null)[] {
  return 'cluster' in answer ? [answer.cluster] : answer.clusters.map(each => each.cluster)
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join() === [...b].sort().join()
}

type Answered = TrafficAnswer['alternatives'][number] | TrafficAnswer

/** Fields of an answer that a record contradicts; a field without evidence is not compared. */
function contradictions(answered: Answered, record: Recorded): readonly string[] {
  const {client, server} = record
  const delivered = answered.outcome === 'delivered' || answered.outcome === 'not-captured'
  const compared: readonly (readonly [string, boolean])[] = [
    ['result', record.tcp ? delivered === record.heard : answered.status === record.status],
    ['flags', client === undefined || sameList(answered.flags, client.flags)],
    ['details', client === undefined || (answered.details ?? undefined) === client.details],
    ['serverFlags', server === undefined || sameList(answered.serverFlags, server.flags)],
    ['serverDetails', server === undefined || (answered.serverDetails ?? undefined) === server.details],
    [
      'policy',
      server === undefined ||
        answered.policy === (/^rbac_access_denied_matched_policy\[(.*)\]$/.exec(server.details ?? '')?.[1] ?? null),
    ],
  ]
  return compared.filter(([, holds]) => !holds).map(([name]) => name)
}

/** How a record fits an answer: as the answer, as one of its alternatives, or not (then what contradicts). */
export function judged(answer: TrafficAnswer, json: unknown): 'as answered' | 'as an alternative' | string {
  const record = recorded(json)
  const cluster = record.client?.cluster
  if (record.client !== undefined && !clustersOf(answer).includes(cluster ?? null))
    return `${answer.id}: cluster ${cluster}`
  const wrong = contradictions(answer, record)
  if (wrong.length === 0) return 'as answered'
  if (answer.alternatives.some(each => contradictions(each, record).length === 0)) return 'as an alternative'
  return `${answer.id}: ${wrong.join(', ')}`
}
