import {UserError} from '../../model/evidence/user-error.js'
import type {SyncProblem} from '../../model/istio/sync-problem.js'
import type {ProxyConnection} from '../../model/istio/sync-state.js'

/** The values of `--only`: states of a type, kinds of problem, or `problem` for any problem. */
export const ONLY_STATES = [
  'problem',
  'error',
  'stale',
  'not-sent',
  'ignored',
  'synced',
  'disconnected',
  'never-connected',
  'unknown',
  'no-sidecar',
] as const

/** Parses `--only stale,error`; an unknown state is an error that lists the valid ones. */
export function readOnly(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const words = text.split(',').map(word => word.trim().toLowerCase().replace(/[ _]/g, '-'))
  const invalid = words.find(word => !ONLY_STATES.some(known => known === word))
  if (invalid !== undefined) {
    throw new UserError(`invalid value ${JSON.stringify(invalid)} for --only`, {
      hint: `Valid values: ${ONLY_STATES.join(', ')}.`,
    })
  }
  return words
}

/** The part of a row that `--only` looks at: its connection and its problems. */
export interface FilteredRow {
  readonly proxy?: ProxyConnection
  readonly problems: readonly SyncProblem[]
}

/** True if the row has one of the requested states or problems, or none were requested. */
export function keepsRow(row: FilteredRow, only: readonly string[] | undefined): boolean {
  if (only === undefined || only.length === 0) return true
  if (only.includes('problem') && row.problems.length > 0) return true
  if (row.problems.some(problem => only.includes(problem.kind))) return true
  return (row.proxy?.types ?? []).some(each => only.includes(each.state.toLowerCase().replace(' ', '-')))
}
