import type {FailureKind, WireFailure} from '../../wire/wire-failure.js'

/** Failures of a forward that say nothing about the process behind it. */
const OF_THE_WAY = new Set<FailureKind>([
  'forbidden',
  'upgrade-refused',
  'server-error',
  'lost',
  'protocol',
  'bad-request',
])

/** True when a page that could not be had over a forward may still be had by a command in the container. */
export function mayAskInside(failure: WireFailure): boolean {
  return failure.details.recordedGap === undefined && failure.details.httpStatus !== 404 && OF_THE_WAY.has(failure.kind)
}
