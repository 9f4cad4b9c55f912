import {humanDuration} from '../../model/text/human-duration.js'

/** How long ago, as kubectl writes ages. */
export function humanAge(from: unknown, now: Date): string {
  const start = typeof from === 'string' ? Date.parse(from) : Number.NaN
  if (Number.isNaN(start)) return '<unknown>'
  return humanDuration(now.getTime() - start)
}
