import type {HttpAnswer} from '../../../wire/http-call.js'
import {WireFailure} from '../../../wire/wire-failure.js'

/** An answer's body as JSON; anything else (often a proxy's login page) is a protocol failure that names the call. */
export function answerJson(answer: Pick<HttpAnswer, 'body'>, path: string): unknown {
  try {
    return JSON.parse(answer.body.toString('utf8'))
  } catch {
    throw new WireFailure('protocol', `GET ${path}: the answer is not JSON`)
  }
}
