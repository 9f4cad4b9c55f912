import type {Agent} from 'node:http'
import type {ConcurrencyLimiter} from './concurrency-limiter.js'

/** One finished call for `--calls`: names and numbers only, never content. */
export interface CallRecord {
  readonly name: string
  readonly bytes: number
  readonly durationMs: number
  /** `200`, `exit 0`, or the kind of failure. */
  readonly outcome: string
}

export type CallObserver = (call: CallRecord) => void

/** Header values as node:http takes them; a list is sent as that many headers. */
export type HeaderMap = Readonly<Record<string, string | readonly string[]>>

/** How to reach one API server: its address, a keep-alive agent that holds TLS and proxies, and fresh credentials per call. */
export interface ApiServer {
  /** `https://host:port/prefix`, without a slash at the end. */
  readonly url: string
  readonly agent: Agent
  readonly userAgent: string
  /** `refused` requests new credentials because the server rejected the last ones. */
  headers(refused?: boolean): Promise<HeaderMap>
  readonly observe?: CallObserver | undefined
  /** Called once for each warning the server sends. */
  readonly warn?: ((sentence: string) => void) | undefined
  /** Limits parallel calls; the opener of a stream already has a slot. */
  readonly limiter?: ConcurrencyLimiter | undefined
}

/** Runs one call and reports its name, bytes, time and outcome to the observer, also on failure. */
export async function observed<T>(
  server: Pick<ApiServer, 'observe'>,
  name: string,
  call: () => Promise<T>,
  measure: (value: T) => {bytes: number; outcome: string},
): Promise<T> {
  if (server.observe === undefined) return call()
  const started = performance.now()
  const tell = (bytes: number, outcome: string) =>
    server.observe?.({name, bytes, outcome, durationMs: performance.now() - started})
  try {
    const value = await call()
    const {bytes, outcome} = measure(value)
    tell(bytes, outcome)
    return value
  } catch (error) {
    tell(0, error instanceof Error && 'kind' in error ? String(error.kind) : 'failed')
    throw error
  }
}

/** A copy that node:http may modify. */
export function outgoingHeaders(headers: HeaderMap): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}
