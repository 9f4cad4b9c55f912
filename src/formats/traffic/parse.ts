import {field, flagOf, numberOf, objectOf, textMapOf, textOf} from '../decode.js'

/** One recorded request, its request half alone: who sent what where. */
export interface TrafficRequest {
  readonly id: string
  readonly pod: string
  readonly namespace: string
  readonly uid: number
  /** The address dialled, after name resolution. */
  readonly address: string
  readonly port: number
  readonly host: string
  /** A bare TCP connection whose client waits for the server to speak. */
  readonly tcp: boolean
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [string, string])[]
  /** The address it was sent from, where the record says. */
  readonly sender: string | undefined
  /** When it was sent, in milliseconds since 1970, where the record says. */
  readonly sentAt: number | undefined
  /** What its client saw most often, where the record says. */
  readonly seen: string | undefined
}

/** The most frequent of the kinds a record counts. */
function seenIn(json: unknown): string | undefined {
  const kinds = Object.entries(objectOf(json, 'kinds') ?? {}).flatMap(([kind, count]) =>
    typeof count === 'number' ? [[kind, count] as const] : [],
  )
  return [...kinds].sort(([, a], [, b]) => b - a)[0]?.[0]
}

function timeIn(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : time
}

/** Reads the request half of a record; undefined when it lacks what every request has. */
export function parseTrafficRequest(json: unknown): TrafficRequest | undefined {
  const request = field(json, 'request')
  const id = textOf(json, 'id')
  const pod = textOf(json, 'from')
  const address = textOf(request, 'address')
  const port = numberOf(request, 'port')
  if (id === undefined || pod === undefined || address === undefined || port === undefined) return undefined
  return {
    id,
    pod,
    namespace: textOf(json, 'fromNamespace') ?? 'default',
    uid: numberOf(json, 'uid') ?? 0,
    address,
    port,
    host: textOf(request, 'host') ?? address,
    tcp: flagOf(request, 'tcp') ?? false,
    method: textOf(request, 'method') ?? 'GET',
    path: textOf(json, 'path') ?? textOf(request, 'path') ?? '/',
    headers: Object.entries(textMapOf(request, 'headers')),
    sender: textOf(json, 'fromAddress'),
    sentAt: timeIn(textOf(json, 'at')),
    seen: seenIn(json),
  }
}
