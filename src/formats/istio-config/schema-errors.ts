import {BadPattern, partialMatch} from '../../model/text/linear-regex.js'
import {nearestNames} from '../../model/text/nearest.js'
import {field, isObject, listOf, numberOf, objectOf, textOf} from '../decode.js'

/** What is wrong with a value, and where. */
export interface SchemaError {
  readonly path: string
  readonly message: string
}

/** A validation of the schema to be evaluated for a value (x-kubernetes-validations, Common Expression Language). */
export interface SchemaValidation {
  readonly path: string
  readonly expression: string
  readonly message: string
  readonly value: unknown
}

/** The errors of a value, and the validations that remain to be evaluated. */
export interface SchemaOutcome {
  readonly errors: readonly SchemaError[]
  readonly validations: readonly SchemaValidation[]
}

/** Values nested deeper than this are not looked into. */
const MAX_DEPTH = 64
const SHOWN_VALUES = 8

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (value === null) return 'null'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'object' ? 'object' : typeof value
}

function typeError(schema: unknown, value: unknown): string | undefined {
  const wanted = textOf(schema, 'type')
  const actual = typeOf(value)
  if (field(schema, 'x-kubernetes-int-or-string') === true) {
    return actual === 'integer' || actual === 'string' ? undefined : `must be a number or a string, not ${actual}`
  }
  if (wanted === undefined || wanted === actual || (wanted === 'number' && actual === 'integer')) return undefined
  return `must be of type ${wanted}, not ${actual}`
}

function enumError(schema: unknown, value: unknown): string | undefined {
  const allowed = listOf(schema, 'enum')
  if (allowed.length === 0 || allowed.includes(value)) return undefined
  const names = allowed.filter(each => typeof each === 'string')
  const near = typeof value === 'string' ? nearestNames(value, names, 1)[0] : undefined
  const list = names.length > SHOWN_VALUES ? `${names.slice(0, SHOWN_VALUES).join(', ')}, ...` : names.join(', ')
  return `${JSON.stringify(value)} is not one of ${list}${near === undefined ? '' : `; did you mean ${near}?`}`
}

/** A bound of the schema: what it limits, and how that is said. */
type Bound = readonly [name: string, amount: (value: unknown) => number | undefined, sign: 1 | -1, text: string]

const lengthOf = (value: unknown) => (typeof value === 'string' ? [...value].length : undefined)
const sizeOf = (value: unknown) => (Array.isArray(value) ? value.length : undefined)
const entriesOf = (value: unknown) => (isObject(value) ? Object.keys(value).length : undefined)
const numberIn = (value: unknown) => (typeof value === 'number' ? value : undefined)

const BOUNDS: readonly Bound[] = [
  ['minimum', numberIn, 1, 'must be at least'],
  ['maximum', numberIn, -1, 'must be at most'],
  ['minLength', lengthOf, 1, 'must have at least so many characters:'],
  ['maxLength', lengthOf, -1, 'must have at most so many characters:'],
  ['minItems', sizeOf, 1, 'must have at least so many items:'],
  ['maxItems', sizeOf, -1, 'must have at most so many items:'],
  ['minProperties', entriesOf, 1, 'must have at least so many entries:'],
  ['maxProperties', entriesOf, -1, 'must have at most so many entries:'],
]

function boundErrors(schema: unknown, value: unknown): readonly string[] {
  return BOUNDS.flatMap(([name, amount, sign, text]) => {
    const [limit, actual] = [numberOf(schema, name), amount(value)]
    return limit === undefined || actual === undefined || sign * (actual - limit) >= 0 ? [] : [`${text} ${limit}`]
  })
}

function patternError(schema: unknown, value: unknown): string | undefined {
  const pattern = textOf(schema, 'pattern')
  if (pattern === undefined || typeof value !== 'string') return undefined
  try {
    return partialMatch(pattern, value) ? undefined : `${JSON.stringify(value)} does not match ${pattern}`
  } catch (error) {
    if (error instanceof BadPattern) return undefined
    throw error
  }
}

function childPath(path: string, name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
}

/** True when a value meets the conditions of a `oneOf` or `anyOf`, which only ask for fields here. */
function meets(schema: unknown, value: unknown): boolean {
  const required = listOf(schema, 'required')
  if (required.some(name => typeof name === 'string' && field(value, name) === undefined)) return false
  const not = objectOf(schema, 'not')
  if (not !== undefined && meets(not, value)) return false
  const any = listOf(schema, 'anyOf')
  if (any.length > 0 && !any.some(each => meets(each, value))) return false
  return listOf(schema, 'allOf').every(each => meets(each, value))
}

function alternatives(schema: unknown): readonly string[] {
  const names = listOf(schema, 'oneOf').flatMap(each => listOf(each, 'required'))
  return names.filter(name => typeof name === 'string')
}

function choiceErrors(schema: unknown, value: unknown, path: string): readonly SchemaError[] {
  const lists = [schema, ...listOf(schema, 'allOf')].filter(each => listOf(each, 'oneOf').length > 0)
  return lists.flatMap(list => {
    const matching = listOf(list, 'oneOf').filter(each => meets(each, value)).length
    if (matching === 1) return []
    const names = alternatives(list)
    const set = names.filter(name => field(value, name) !== undefined)
    return [
      {
        path,
        message: set.length > 1 ? `only one of ${set.join(', ')} can be set` : `one of ${names.join(', ')} must be set`,
      },
    ]
  })
}

/** Checks a value with a structural schema of Kubernetes; what is null counts as absent, as for the API server. */
export function schemaOutcome(schema: unknown, value: unknown, path: string): SchemaOutcome {
  const errors: SchemaError[] = []
  const validations: SchemaValidation[] = []

  function properties(own: unknown, object: Readonly<Record<string, unknown>>, at: string, depth: number): void {
    const known = objectOf(own, 'properties') ?? {}
    const others = field(own, 'additionalProperties')
    const open = others !== undefined || field(own, 'x-kubernetes-preserve-unknown-fields') === true
    for (const [name, each] of Object.entries(object)) {
      const inner = Object.hasOwn(known, name) ? known[name] : isObject(others) ? others : undefined
      if (inner !== undefined) visit(inner, each, childPath(at, name), depth + 1)
      else if (!open && textOf(own, 'type') === 'object' && Object.keys(known).length > 0) {
        const [near] = nearestNames(name, Object.keys(known), 1)
        const hint = near === undefined ? '' : `; did you mean ${near}?`
        errors.push({path: childPath(at, name), message: `unknown field ${JSON.stringify(name)}${hint}`})
      }
    }
    for (const name of listOf(own, 'required')) {
      if (typeof name === 'string' && field(object, name) === undefined) {
        errors.push({path: childPath(at, name), message: 'this field is required'})
      }
    }
  }

  function visit(own: unknown, each: unknown, at: string, depth: number): void {
    if (depth > MAX_DEPTH || each === null || each === undefined) return
    const wrong = typeError(own, each)
    if (wrong !== undefined) {
      errors.push({path: at, message: wrong})
      return
    }
    for (const message of [enumError(own, each), patternError(own, each), ...boundErrors(own, each)]) {
      if (message !== undefined) errors.push({path: at, message})
    }
    errors.push(...choiceErrors(own, each, at))
    for (const validation of listOf(own, 'x-kubernetes-validations')) {
      const expression = textOf(validation, 'rule')
      const message = textOf(validation, 'message') ?? expression
      if (expression !== undefined && message !== undefined)
        validations.push({path: at, expression, message, value: each})
    }
    if (Array.isArray(each)) {
      each.forEach((item: unknown, index) => {
        visit(field(own, 'items'), item, `${at}[${index}]`, depth + 1)
      })
    } else if (isObject(each)) properties(own, each, at, depth)
  }

  visit(schema, value, path, 0)
  return {errors, validations}
}
