import type {Source} from './source.js'

/** The time that a source shows, in milliseconds since 1970: when it was captured, else now. */
export function shownMoment({origin}: Pick<Source, 'origin'>, now = Date.now()): number {
  const at = Date.parse(origin.capturedAt ?? '')
  return Number.isNaN(at) ? now : at
}
