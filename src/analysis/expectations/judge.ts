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
