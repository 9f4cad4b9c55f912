/** A resource Envoy has received or asked for and does not use. */
export interface PendingResource {
  /** What it is: cluster, listener, ... */
  readonly noun: string
  readonly name: string
  readonly state: 'rejected' | 'warming' | 'draining' | 'missing'
  readonly reason: string
  /** What a warming resource waits for. */
  readonly waitsFor: readonly string[]
  /** RFC 3339; empty when the dump does not say. */
  readonly since: string
  /** True when an earlier version of it stays in use meanwhile. */
  readonly keeps?: boolean
}

/** One sentence about a resource that is not in use. */
export function pendingSentence({noun, name, state, reason, waitsFor, since, keeps}: PendingResource): string {
  const when = since === '' ? '' : ` since ${since}`
  const why = [waitsFor.length === 0 ? '' : `waits for ${waitsFor.join(' and ')}`, reason]
    .filter(part => part !== '')
    .join('; ')
  const earlier = keeps === true ? ' (its earlier version stays in use)' : ''
  return `${noun} ${name} is ${state}${when}, not in use${earlier}${why === '' ? '' : `: ${why}`}`
}
