/** How long ago, as kubectl writes ages (k8s.io/apimachinery/pkg/util/duration, HumanDuration). */
export function humanAge(from: unknown, now: Date): string {
  const start = typeof from === 'string' ? Date.parse(from) : Number.NaN
  if (Number.isNaN(start)) return '<unknown>'
  return humanDuration(now.getTime() - start)
}

/** A length of time in at most two units, the second left out once the first is large enough. */
export function humanDuration(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (days < 8) return two(days, 'd', hours % 24, 'h')
  if (days < 365 * 2) return `${days}d`
  const years = Math.floor(days / 365)
  if (years < 8) return two(years, 'y', days % 365, 'd')
  return `${years}y`
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
}
