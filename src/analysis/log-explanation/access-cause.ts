import {own} from '../../model/collections/own.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import {RESPONSE_FLAGS} from '../../model/envoy/response-flags.js'
import {CODE_DETAILS} from '../../model/vocabulary/code-details.js'
import {CODEC_DETAILS} from '../../model/vocabulary/codec-details.js'
import {CAUSES, type Cause, PLAIN_CAUSES} from './causes.js'

/** The details of a line that say by themselves why Envoy answered or closed; those an upstream decided are not among them. */
function causeByDetails({details = ''}: AccessLogEntry): Omit<Cause, 'when'> | undefined {
  const name = /^[\w.]+/.exec(details)?.[0] ?? ''
  const known = own(CODE_DETAILS, name) ?? own(CODEC_DETAILS, name)
  return known === undefined || details.startsWith('via_upstream') ? undefined : {means: known[0], next: known[1]}
}

/** What the flags of a line say by themselves. */
function causeByFlags({flags}: AccessLogEntry): Omit<Cause, 'when'> | undefined {
  const known = flags.flatMap(flag => {
    const found = own(RESPONSE_FLAGS, flag)
    return found === undefined ? [] : [found]
  })
  const [first] = known
  return first === undefined ? undefined : {means: known.map(([meaning]) => meaning).join(' '), next: first[1]}
}

/** What happened: what several fields say together, then details, then flags, then the status alone. */
export function causeOf(entry: AccessLogEntry): Omit<Cause, 'when'> | undefined {
  return (
    CAUSES.find(({when}) => when(entry)) ??
    causeByDetails(entry) ??
    causeByFlags(entry) ??
    PLAIN_CAUSES.find(({when}) => when(entry))
  )
}
