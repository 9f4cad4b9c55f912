import type {Source} from '../../sources/source.js'
import {durationMs} from './flags.js'

/** Of a live mesh, only what fails right now; of a record, everything in it. */
const RIGHT_NOW = '10m'

/** How far back failing requests count, in milliseconds: what --since says, else ten minutes of a live mesh; undefined for all of them. */
export function failingSinceMs(since: string | undefined, {traits}: Source): number | undefined {
  const period = since ?? (traits.live ? RIGHT_NOW : undefined)
  return period === undefined ? undefined : durationMs(period)
}
