import {UserError} from '../../model/evidence/user-error.js'
import type {Difference, Expect, Observed} from '../../model/expectation.js'

function words(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  return Array.isArray(value) ? value.join(',') || 'none' : String(value)
}

/** Details with the reason of a transport failure left out: its wording depends on timing. */
function comparable(field: keyof Expect, value: unknown): string {
  if (Array.isArray(value)) return [...value].sort().join(',')
  return field === 'details' ? String(value).replace(/^([^|]*)\|.*\}$/, '$1}') : String(value)
}

/** The fields that came out otherwise than expected. What was not observed is not compared. */
export function differences(expect: Expect, observed: Partial<Observed>): readonly Difference[] {
  const fields = Object.keys(expect) as (keyof Expect)[]
  return fields.flatMap(field => {
    const expected = expect[field]
    const actual = observed[field]
    if (expected === undefined || actual === undefined) return []
    if (comparable(field, expected) === comparable(field, actual)) return []
    return [{field, expected: words(expected), actual: words(actual)}]
  })
}

/** The expected fields that were not observed. */
export function unobserved(expect: Expect, observed: Partial<Observed>): readonly (keyof Expect)[] {
  const fields = Object.keys(expect) as (keyof Expect)[]
  return fields.filter(field => expect[field] !== undefined && observed[field] === undefined)
}

/** A value in one form: order of keys does not count, and nothing is null. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  return `{${Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${key}:${canonical(inner)}`)
    .join(',')}}`
}

/** What the answer to a case is held against, and what differs. */
export interface JudgedCase {
  readonly ok?: boolean
  readonly differs?: readonly string[]
}

/** An answer with what differs from what its case expects; throws `UserError` for a field no case can expect. */
export function judgedCase<T extends {readonly id: string}>(
  answer: T,
  expect: Readonly<Record<string, unknown>>,
  expectable: readonly string[],
): T & JudgedCase {
  const unknown = Object.keys(expect).filter(name => !expectable.includes(name))
  if (unknown.length > 0)
    throw new UserError(`${answer.id}: cannot expect ${unknown.join(', ')}`, {
      hint: `A case may expect ${expectable.join(', ')}.`,
    })
  const was = new Map<string, unknown>(Object.entries(answer))
  const wanted = new Map(Object.entries(expect))
  const differs = expectable
    .filter(name => wanted.has(name) && canonical(wanted.get(name)) !== canonical(was.get(name)))
    .map(name => `${name}: expected ${canonical(wanted.get(name))}, is ${canonical(was.get(name))}`)
  return {...answer, ok: differs.length === 0, ...(differs.length === 0 ? {} : {differs})}
}
