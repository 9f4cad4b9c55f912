import type {SyncProblem} from '../../model/sync-problem.js'
import type {ProxyConnection} from '../../model/sync-state.js'
import {UserError} from '../../model/user-error.js'

/** What `--only` takes: states of a type, kinds of problem, or `problem` for any. */
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

/** Reads `--only stale,error`; a word that means nothing is an error that lists those that do. */
export function readOnly(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const words = text.split(',').map(word => word.trim().toLowerCase().replace(/[ _]/g, '-'))
  const strange = words.find(word => !ONLY_STATES.some(known => known === word))
  if (strange !== undefined) {
    throw new UserError(`--only: ${JSON.stringify(strange)} is not a state`, {
      hint: `Choose from ${ONLY_STATES.join(', ')}.`,
    })
  }
  return words
}

/** What is known of one row: its connection and its problems. */
export interface Judged {
  readonly proxy?: ProxyConnection
  readonly problems: readonly SyncProblem[]
}

/** True when the row has one of the states or problems asked for; without a wish every row is kept. */
export function keepsRow(row: Judged, only: readonly string[] | undefined): boolean {
  if (only === undefined || only.length === 0) return true
  if (only.includes('problem') && row.problems.length > 0) return true
  if (row.problems.some(problem => only.includes(problem.kind))) return true
  return (row.proxy?.types ?? []).some(each => only.includes(each.state.toLowerCase().replace(' ', '-')))
}
