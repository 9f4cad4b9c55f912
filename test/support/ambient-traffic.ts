import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {SHARED} from './shared-data.js'

/** Where the recording of an ambient mesh is, when it is there. */
export const AMBIENT = join(SHARED, 'ambient')

/** A request of the recording: who sent it when, what the client got, and what the proxies on its way logged. */
export interface AmbientRequest {
  readonly id: string
  readonly moment: string
  readonly from: string
  readonly fromNamespace: string
  readonly request: {
    readonly to: string
    readonly port: number
    readonly path: string
    readonly method: string
    readonly tcp?: boolean
  }
  readonly result: {readonly status?: number; readonly said?: string}
  readonly accessLogs: readonly {readonly line: string}[]
  /** The record as it was written. */
  readonly text: string
}

/** The requests of the recording; none without it. */
export function ambientRequests(): readonly AmbientRequest[] {
  if (!existsSync(AMBIENT)) return []
  return readFileSync(join(AMBIENT, 'traffic/amb.jsonl'), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(text => ({...(JSON.parse(text) as Omit<AmbientRequest, 'text'>), text}))
}
