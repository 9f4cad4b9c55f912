import {isStruct, type Json, type JsonStruct} from '../../../model/envoy/schema.js'
import {undecided} from '../undecided.js'
import {partialMatch} from './regex.js'

// Common Expression Language, as parsed trees: https://github.com/google/cel-spec/blob/master/doc/langdef.md

/** Stands for the result of an expression that fails: a missing key, types that do not fit. */
export const CEL_ERROR = Symbol('error')

/** A value of an expression; integers are bigints, other numbers doubles. */
export type CelValue = string | bigint | number | boolean | null | typeof CEL_ERROR | readonly CelValue[] | CelMap

/** A map, or a group of attributes that are looked up when they are asked for. */
export type CelMap = Pick<ReadonlyMap<string, CelValue>, 'get' | 'has' | 'size'>

/** What the names of an expression mean; undefined for one that is not known. */
export type CelNames = (name: string) => CelValue | undefined

function struct(value: Json | undefined): JsonStruct {
  return isStruct(value) ? value : {}
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

function isMap(value: CelValue): value is CelMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: CelValue): value is readonly CelValue[] {
  return Array.isArray(value)
}

/** How deep expressions and values nest at most (Envoy reads 100 nested messages); what is deeper is undecided. */
const MAX_DEPTH = 200

/** A value of metadata or filter state as expressions see it: every number is a double. */
export function celValue(value: Json, depth = 0): CelValue {
  if (depth > MAX_DEPTH) return undecided('a value that nests too deep for a CEL expression')
  if (Array.isArray(value)) return (value as readonly Json[]).map(each => celValue(each, depth + 1))
  if (!isStruct(value)) return value as Exclude<typeof value, readonly Json[]>
  return new Map(Object.entries(value).map(([key, each]) => [key, celValue(each, depth + 1)]))
}

function constant(of: JsonStruct): CelValue {
  if ('null_value' in of) return null
  if (typeof of.bool_value === 'boolean') return of.bool_value
  if (typeof of.string_value === 'string') return of.string_value
  if (typeof of.double_value === 'number') return of.double_value
  const whole = of.int64_value ?? of.uint64_value
  if (/^-?\d{1,20}$/.test(String(whole))) return BigInt(String(whole))
  return undecided('a constant of a CEL expression')
}

function select(from: CelValue, field: string, onlyTests: boolean): CelValue {
  if (!isMap(from)) return CEL_ERROR
  if (onlyTests) return from.has(field)
  const found = from.get(field)
  return found === undefined ? CEL_ERROR : found
}

function isNumber(value: CelValue): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number'
}

function same(a: CelValue, b: CelValue): boolean {
  if (isNumber(a) && isNumber(b)) return !(a < b) && !(a > b)
  if (isList(a) && isList(b)) return a.length === b.length && a.every((each, i) => same(each, b[i] ?? null))
  if (isMap(a) && isMap(b)) return undecided('maps that a CEL expression compares')
  return a === b
}

type Compare = (a: number | string | bigint, b: number | string | bigint) => boolean

function compared(a: CelValue, b: CelValue, holds: Compare): CelValue {
  if (isNumber(a) && isNumber(b)) return holds(a, b)
  return typeof a === 'string' && typeof b === 'string' ? holds(a, b) : CEL_ERROR
}

type Calculate = {readonly whole: (a: bigint, b: bigint) => bigint; readonly real: (a: number, b: number) => number}

function calculated(a: CelValue, b: CelValue, {whole, real}: Calculate): CelValue {
  if (typeof a === 'bigint' && typeof b === 'bigint') return whole(a, b)
  return typeof a === 'number' && typeof b === 'number' ? real(a, b) : CEL_ERROR
}

function sum(a: CelValue, b: CelValue): CelValue {
  if (typeof a === 'string' && typeof b === 'string') return a + b
  if (isList(a) && isList(b)) return [...a, ...b]
  return calculated(a, b, {whole: (x, y) => x + y, real: (x, y) => x + y})
}

function member(key: CelValue, of: CelValue): CelValue {
  if (isList(of)) return of.some(each => same(each, key))
  return isMap(of) && typeof key === 'string' ? of.has(key) : CEL_ERROR
}

function item(of: CelValue, key: CelValue): CelValue {
  if (isMap(of) && typeof key === 'string') return select(of, key, false)
  if (isList(of) && typeof key === 'bigint') return of[Number(key)] ?? CEL_ERROR
  return CEL_ERROR
}

function size(of: CelValue): CelValue {
  if (typeof of === 'string') return BigInt([...of].length)
  if (isList(of)) return BigInt(of.length)
  return isMap(of) ? BigInt(of.size) : CEL_ERROR
}

function onTexts(holds: (a: string, b: string) => boolean): (a: CelValue, b: CelValue) => CelValue {
  return (a, b) => (typeof a === 'string' && typeof b === 'string' ? holds(a, b) : CEL_ERROR)
}

type Apply = (...values: readonly CelValue[]) => CelValue

/** Functions by name; a method gets what it is called on first. */
const FUNCTIONS: ReadonlyMap<string, Apply> = new Map<string, (a: CelValue, b: CelValue) => CelValue>([
  ['_==_', same],
  ['_!=_', (a, b) => !same(a, b)],
  ['_<_', (a, b) => compared(a, b, (x, y) => x < y)],
  ['_<=_', (a, b) => compared(a, b, (x, y) => x <= y)],
  ['_>_', (a, b) => compared(a, b, (x, y) => x > y)],
  ['_>=_', (a, b) => compared(a, b, (x, y) => x >= y)],
  ['_+_', sum],
  ['_-_', (a, b) => calculated(a, b, {whole: (x, y) => x - y, real: (x, y) => x - y})],
  ['_*_', (a, b) => calculated(a, b, {whole: (x, y) => x * y, real: (x, y) => x * y})],
  ['!_', a => (typeof a === 'boolean' ? !a : CEL_ERROR)],
  ['_[_]', item],
  ['@in', member],
  ['_in_', member],
  ['in', member],
  ['size', size],
  ['startsWith', onTexts((text, start) => text.startsWith(start))],
  ['endsWith', onTexts((text, end) => text.endsWith(end))],
  ['contains', onTexts((text, part) => text.includes(part))],
  ['matches', onTexts((text, pattern) => partialMatch(pattern, text))],
] as const) as ReadonlyMap<string, Apply>

/** `&&` and `||`: a side that decides alone counts, even where the other fails. */
function logic(sides: readonly CelValue[], decides: boolean): CelValue {
  if (sides.includes(decides)) return decides
  return sides.every(each => typeof each === 'boolean') ? !decides : CEL_ERROR
}

function call(of: JsonStruct, evaluate: (part: Json | undefined) => CelValue): CelValue {
  const name = typeof of.function === 'string' ? of.function : ''
  const parts = [...(of.target === undefined ? [] : [of.target]), ...list(of.args)]
  if (name === '_?_:_') {
    const [condition, first, second] = parts
    const chosen = evaluate(condition)
    return typeof chosen === 'boolean' ? evaluate(chosen ? first : second) : CEL_ERROR
  }
  const values = parts.map(evaluate)
  if (name === '_&&_') return logic(values, false)
  if (name === '_||_') return logic(values, true)
  const apply = FUNCTIONS.get(name) ?? undecided(`function ${name} of a CEL expression`)
  return values.includes(CEL_ERROR) ? CEL_ERROR : apply(...values)
}

/** What a parsed expression (google.api.expr.v1alpha1.Expr, as JSON) yields; undecided where it uses what is not known. */
export function evaluateCel(expression: JsonStruct, names: CelNames, depth = 0): CelValue {
  if (depth > MAX_DEPTH) return undecided('a CEL expression that nests too deep')
  const evaluate = (part: Json | undefined) => evaluateCel(struct(part), names, depth + 1)
  if (expression.const_expr !== undefined) return constant(struct(expression.const_expr))
  if (expression.ident_expr !== undefined) {
    const {name = ''} = struct(expression.ident_expr)
    return names(String(name)) ?? undecided(`name ${String(name)} in a CEL expression`)
  }
  if (expression.select_expr !== undefined) {
    const {operand, field, test_only: onlyTests} = struct(expression.select_expr)
    const from = evaluate(operand)
    return from === CEL_ERROR ? CEL_ERROR : select(from, String(field), onlyTests === true)
  }
  if (expression.call_expr !== undefined) return call(struct(expression.call_expr), evaluate)
  if (expression.list_expr !== undefined) return list(struct(expression.list_expr).elements).map(evaluate)
  return undecided('an expression of CEL that is not modelled')
}
