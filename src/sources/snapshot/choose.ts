import {UserError} from '../../model/evidence/user-error.js'
import type {SnapshotHead} from './store.js'

/** The last snapshot created at least that long before the newest, and the newest. */
function since(snapshots: readonly SnapshotHead[], ageMs: number): readonly [SnapshotHead, SnapshotHead] {
  const newest = snapshots.at(-1)
  const limit = Date.parse(newest?.capturedAt ?? '') - ageMs
  const older = snapshots.filter(head => head !== newest && Date.parse(head.capturedAt) <= limit).at(-1)
  if (newest !== undefined && older !== undefined) return [older, newest]
  throw new UserError(
    `no snapshot is at least that much older than the newest one${newest === undefined ? '' : ` (${newest.name})`}`,
    {
      next: 'meshctl snapshot list',
    },
  )
}

function named(snapshots: readonly SnapshotHead[], name: string): SnapshotHead {
  const found = name === 'latest' ? snapshots.at(-1) : snapshots.find(head => head.name === name)
  if (found !== undefined) return found
  throw new UserError(`snapshot ${name} not found`, {next: 'meshctl snapshot list'})
}

/** The two snapshots to compare: two names, one name and the newest, the newest and one older by an age, or the last two. */
export function twoSnapshots(
  snapshots: readonly SnapshotHead[],
  names: readonly (string | undefined)[],
  sinceMs: number | undefined,
): readonly [SnapshotHead, SnapshotHead] {
  const [first, second] = names.filter(name => name !== undefined)
  if (first !== undefined) return [named(snapshots, first), named(snapshots, second ?? 'latest')]
  if (sinceMs !== undefined) return since(snapshots, sinceMs)
  const [older, newest] = snapshots.slice(-2)
  if (older !== undefined && newest !== undefined) return [older, newest]
  throw new UserError('there are fewer than two snapshots to compare', {next: 'meshctl snapshot create -n NAMESPACE'})
}
