import {WireFailure} from '../../../wire/wire-failure.js'
import {LIMITS} from '../../limits.js'

interface Silence {
  readonly calls: number
  readonly since: number
}

/** Calls to places that may be silent. */
export interface Patience {
  /** Makes a call to a place; throws a timeout at once while the place is not to be asked. */
  ask<T>(place: string, call: () => Promise<T>): Promise<T>
}

/** Asks a place no more for a while after two calls in a row without an answer: each further call would wait out its deadline too, one after the other. */
export function patience(now: () => number = Date.now): Patience {
  const silences = new Map<string, Silence>()

  function refuse(place: string): void {
    const known = silences.get(place)
    if (known === undefined || known.calls < LIMITS.silentCalls) return
    if (now() - known.since > LIMITS.silentMs) silences.delete(place)
    else throw new WireFailure('timeout', `not asked: ${known.calls} calls before it got no answer`)
  }

  return {
    async ask(place, call) {
      refuse(place)
      try {
        const answer = await call()
        silences.delete(place)
        return answer
      } catch (error) {
        if (!(error instanceof WireFailure) || error.kind !== 'timeout') silences.delete(place)
        else silences.set(place, {calls: (silences.get(place)?.calls ?? 0) + 1, since: now()})
        throw error
      }
    },
  }
}
