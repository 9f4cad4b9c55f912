import {definedFields} from '../../model/collections/defined-fields.js'
import {type Answer, answered, type Gap, missing} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'

/** Why a part of the report is missing, from the error its question ended with. */
function gapOf(what: string, error: UserError): Gap {
  const {gap, hint, message} = error
  if (gap !== undefined) return {...gap, what: `${what} (${gap.what})`}
  return {what, reason: 'failed', detail: message, ...definedFields({hint})}
}

/** Asks for one part of the report; an error a user could fix makes it a gap, so that the other parts are still shown. */
export async function part<T>(what: string, ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return answered(await ask())
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return {ok: false, gap: gapOf(what, error)}
  }
}

/** A part that was left out on purpose, and how to get it. */
export function leftOut<T>(what: string, detail: string, hint: string): Answer<T> {
  return missing(what, 'not-applicable', detail, hint)
}
