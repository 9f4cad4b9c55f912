import {homedir} from 'node:os'
import {join} from 'node:path'
import {UserError} from '../../model/evidence/user-error.js'

/** The snapshot format this build writes; it reads every version up to it. docs/snapshots.md describes it. */
export const SNAPSHOT_VERSION = 1

/** Where snapshots are kept: below XDG_STATE_HOME (XDG Base Directory Specification), else ~/.local/state. */
export function snapshotFolder(env: NodeJS.ProcessEnv = process.env): string {
  const state = env.XDG_STATE_HOME
  const base = state?.startsWith('/') === true ? state : join(homedir(), '.local', 'state')
  return join(base, 'meshctl-diagnostics', 'snapshots')
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/** Validates a snapshot name: names are file names, so letters, digits, dots, dashes and underscores only. */
export function checkedName(name: string): string {
  if (NAME.test(name) && name !== 'latest' && !name.endsWith('.tmp')) return name
  throw new UserError(`${JSON.stringify(name)} is not a valid snapshot name`, {
    hint: 'Use letters, digits, dots, dashes and underscores, at most 100; "latest" is reserved for the newest.',
  })
}

/** A name from a time, such as `2026-11-20T21-45-03Z`: sorts by time and is a file name everywhere. */
export function nameOfTime(time: Date): string {
  return time
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')
}
