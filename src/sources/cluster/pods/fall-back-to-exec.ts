import type {FailureKind, WireFailure} from '../../../wire/wire-failure.js'

/** Failures of a port-forward that do not come from the process behind it. */
const OF_THE_WAY = new Set<FailureKind>([
  'forbidden',
  'upgrade-refused',
  'server-error',
  'lost',
  'protocol',
  'bad-request',
])

/** True if a page that could not be read over a port-forward may still be readable with a command in the container. */
export function canFallBackToExec(failure: WireFailure): boolean {
  return failure.details.recordedGap === undefined && failure.details.httpStatus !== 404 && OF_THE_WAY.has(failure.kind)
}
