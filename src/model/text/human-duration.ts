const MINUTE = 60
const HOUR = 3600
const DAY = 86_400
const YEAR = 365 * DAY

function pair(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${restUnit}`
}

/** An age as kubectl and istioctl print it: two units while the number is small, then one (apimachinery, duration.HumanDuration). */
export function humanDuration(ms: number): string {
  const s = Math.floor(ms / 1000)
  if (s < -1) return '<invalid>'
  if (s < 0) return '0s'
  if (s < 2 * MINUTE) return `${s}s`
  if (s < 10 * MINUTE) return pair(Math.floor(s / MINUTE), 'm', s % MINUTE, 's')
  if (s < 3 * HOUR) return `${Math.floor(s / MINUTE)}m`
  if (s < 8 * HOUR) return pair(Math.floor(s / HOUR), 'h', Math.floor((s % HOUR) / MINUTE), 'm')
  if (s < 2 * DAY) return `${Math.floor(s / HOUR)}h`
  if (s < 8 * DAY) return pair(Math.floor(s / DAY), 'd', Math.floor((s % DAY) / HOUR), 'h')
  if (s < 2 * YEAR) return `${Math.floor(s / DAY)}d`
  if (s < 8 * YEAR) return pair(Math.floor(s / YEAR), 'y', Math.floor((s % YEAR) / DAY), 'd')
  return `${Math.floor(s / YEAR)}y`
}
