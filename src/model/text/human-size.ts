const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** A size as people read it, in powers of a thousand: `812 B`, `12.3 kB`, `524 MB`. */
export function humanSize(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`
}
