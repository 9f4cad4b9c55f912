import {parseIpRange} from '../../../model/kernel/ip-address.js'
import {isPortNumber} from '../../../model/text/port-number.js'
import {type JsonObject, textsOf} from '../../decode.js'
import {type Problem, problemIf} from './problem.js'

/** The lists of a source or operation of which a value is empty. */
export function emptyValues(lists: JsonObject, path: string): readonly Problem[] {
  return Object.keys(lists).flatMap(name =>
    problemIf(textsOf(lists, name).includes(''), `${path}.${name}`, `${name} has an empty value`),
  )
}

/** The first wrong value of a list of service accounts, ACCOUNT or NAMESPACE/ACCOUNT without wildcards. */
export function accountProblems(values: readonly string[], path: string): readonly Problem[] {
  const wrong = values.find(value => !/^[^/*]+(?:\/[^/*]+)?$/.test(value))
  return problemIf(wrong !== undefined, path, `${JSON.stringify(wrong)} is not ACCOUNT or NAMESPACE/ACCOUNT`)
}

const TEMPLATES = new Set(['{*}', '{**}'])
const SEGMENT = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/

function isTemplatePath(path: string): boolean {
  const templated = path.includes('{*}') || path.includes('{**}')
  const parts = path.split('/')
  const isName = (part: string) => part !== ''
  const segments = parts.slice(Math.max(parts.findIndex(isName), 0), parts.findLastIndex(isName) + 1)
  const rest = segments.indexOf('{**}')
  if (rest >= 0 && segments.slice(rest + 1).some(segment => TEMPLATES.has(segment))) return false
  return segments.every(
    segment => TEMPLATES.has(segment) || (!/[{}]/.test(segment) && (!templated || SEGMENT.test(segment))),
  )
}

/** The first path of a list that is not a template: {*} for one segment, {**} once at the end of the templates (istio.io, path templating). */
export function templateProblems(paths: readonly string[], path: string): readonly Problem[] {
  const wrong = paths.find(each => !isTemplatePath(each))
  return problemIf(wrong !== undefined, path, `${JSON.stringify(wrong)} is not a path template`)
}

const ADDRESSES = new Set(['source.ip', 'remote.ip', 'destination.ip'])

function isDomain(value: string): boolean {
  const stars = value.split('*').length - 1
  return stars === 0 || (stars === 1 && (value.startsWith('*') || value.endsWith('*')))
}

function wrongValue(key: string, value: string): boolean {
  if (ADDRESSES.has(key)) return parseIpRange(value) === undefined
  if (key === 'destination.port') return !isPortNumber(value)
  return key === 'source.trustDomain' && !isDomain(value)
}

/** What is wrong with the values of a condition. */
export function conditionValueProblems(when: unknown, key: string, path: string): readonly Problem[] {
  return ['values', 'notValues'].flatMap(list => {
    const values = textsOf(when, list)
    const where = `${path}.${list}`
    if (values.includes('')) return [{path: where, message: `${key} has an empty value in ${list}`}]
    if (key === 'source.serviceAccount') return accountProblems(values, where)
    const wrong = values.filter(value => wrongValue(key, value))
    return problemIf(
      wrong.length > 0,
      where,
      `${wrong.map(value => JSON.stringify(value)).join(', ')} is not a value of ${key}`,
    )
  })
}
