import type {Speech} from '../../analysis/request-path/speech.js'
import {parseJson} from '../../formats/json-text.js'
import {parseTrafficRequest, type TrafficRequest} from '../../formats/traffic/parse.js'
import {gapSentence} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'

const DEFAULT_PORT = 80

/** What the client of a record says: HTTP/1.1 with the host as curl writes it, or nothing until the server speaks. */
export function speechOf(request: TrafficRequest): Speech {
  const bare = {tls: undefined, refuses: undefined, payload: undefined}
  if (request.tcp) return {...bare, protocol: 'tcp', head: undefined}
  const authority = request.port === DEFAULT_PORT ? request.host : `${request.host}:${request.port}`
  const headers = [['host', authority] as const, ...request.headers]
  return {...bare, protocol: 'http/1.1', head: {method: request.method, path: request.path, headers}}
}

/** The recorded requests of a text, one JSON document a line; a line that is not one is an error that says which, and so is a text without any. */
export function requestsIn(text: string, place: string): readonly TrafficRequest[] {
  const requests = text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    const where = `${place} line ${i + 1}`
    const json = parseJson(Buffer.from(line), where)
    if (!json.ok) throw new UserError(gapSentence(json.gap))
    const request = parseTrafficRequest(json.value)
    if (request === undefined)
      throw new UserError(`${where} is not a recorded request: it needs id, from, and request with address and port`)
    return [request]
  })
  if (requests.length === 0) throw new UserError(`${place} holds no recorded request`)
  return requests
}
