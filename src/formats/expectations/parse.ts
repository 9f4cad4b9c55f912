import type {Expectation} from '../../model/expectation.js'
import {isObject, numberOf, objectOf, textOf, textsOf} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'

/** The expectations of a file, or why it holds none. */
export type ReadExpectations =
  | {readonly ok: true; readonly expectations: readonly Expectation[]}
  | {readonly ok: false; readonly why: string}

const FIELDS = ['outcome', 'status', 'flags', 'details', 'cluster', 'policy']
const REQUEST = ['method', 'headers', 'protocol', 'host', 'sni', 'uid']
const OUTCOMES = [
  'delivered',
  'denied',
  'no-route',
  'no-endpoint',
  'refused',
  'tls-mismatch',
  'answered',
  'not-captured',
  'undecided',
]

function wrongField(json: unknown, known: readonly string[]): string | undefined {
  return isObject(json) ? Object.keys(json).find(each => !known.includes(each)) : undefined
}

function headersOf(request: unknown): readonly (readonly [string, string])[] {
  const headers = objectOf(request, 'headers') ?? {}
  return Object.keys(headers).flatMap(name => {
    const value = textOf(headers, name) ?? numberOf(headers, name)?.toString()
    return value === undefined ? [] : [[name, value] as const]
  })
}

function readOne(json: unknown, index: number): Expectation | string {
  const place = `expectation ${index + 1}`
  const from = textOf(json, 'from')
  const to = textOf(json, 'to')
  const expect = objectOf(json, 'expect')
  if (from === undefined || to === undefined) return `${place} needs from and to`
  if (expect === undefined || Object.keys(expect).length === 0) return `${place} expects nothing`
  const wrong =
    wrongField(json, ['name', 'from', 'to', 'request', 'expect']) ??
    wrongField(expect, FIELDS) ??
    wrongField(objectOf(json, 'request'), REQUEST)
  if (wrong !== undefined) return `${place} has an unknown field ${JSON.stringify(wrong)}`
  const outcome = textOf(expect, 'outcome')
  if (outcome !== undefined && !OUTCOMES.includes(outcome))
    return `${place}: outcome ${JSON.stringify(outcome)} is none of ${OUTCOMES.join(', ')}`
  const request = objectOf(json, 'request')
  return {
    name: textOf(json, 'name') ?? `${from} to ${to}`,
    from,
    to,
    request: {
      method: textOf(request, 'method'),
      headers: headersOf(request),
      protocol: textOf(request, 'protocol'),
      host: textOf(request, 'host'),
      sni: textOf(request, 'sni'),
      uid: numberOf(request, 'uid'),
    },
    expect: {
      outcome,
      status: numberOf(expect, 'status'),
      flags: 'flags' in expect ? textsOf(expect, 'flags') : undefined,
      details: textOf(expect, 'details'),
      cluster: textOf(expect, 'cluster'),
      policy: textOf(expect, 'policy'),
    },
  }
}

/** Reads a file of expectations (docs/schemas/expectations.schema.json): YAML or JSON, a list or a document with one. */
export function readExpectations(text: string): ReadExpectations {
  const json = parseYamlText(text)
  const list = Array.isArray(json) ? json : isObject(json) ? json.expectations : undefined
  if (!Array.isArray(list) || list.length === 0) return {ok: false, why: 'it has no list `expectations`'}
  const read = list.map(readOne)
  const bad = read.find(each => typeof each === 'string')
  if (bad !== undefined) return {ok: false, why: bad}
  return {ok: true, expectations: read.filter(each => typeof each !== 'string')}
}
