import {isPlaceholder} from '../../model/text/placeholder.js'

const OTHER = new Map<string, string>()

/**
 * The same field name in the other spelling: `lb_policy` for `lbPolicy` and back; undefined when it has only one.
 * To camelCase is exact; back is a guess that misses an underscore before a digit.
 */
export function otherSpelling(name: string): string | undefined {
  let other = OTHER.get(name)
  if (other === undefined) {
    other = name.includes('_')
      ? name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
      : /^[a-z][A-Za-z0-9]*$/.test(name)
        ? name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
        : name
    OTHER.set(name, other)
  }
  return other === name ? undefined : other
}

/** True for the placeholder of a redacted secret, whose value is unknown: Envoy's (protobuf's sensitive fields), istiod's and those of captures. */
function isHidden(value: unknown): boolean {
  return typeof value === 'string' && /^[[<W]/.test(value) && isPlaceholder(value)
}

/** True for two scalars that mean the same: 64-bit numbers are strings in one spelling and numbers in the other. */
export function sameScalar(a: unknown, b: unknown): boolean {
  if (a === b || isHidden(a) || isHidden(b)) return true
  const mixed = typeof a === 'number' ? typeof b === 'string' : typeof a === 'string' && typeof b === 'number'
  return mixed && String(a) === String(b)
}

/**
 * True when two JSON values are equal but for the spelling of field names, lists compared in order. It allocates nothing,
 * so that the many equal resources of a big dump cost one walk; what it calls different may still be equal in normal form.
 */
export function sameSpelledAnyway(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return sameScalar(a, b)
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let index = 0; index < a.length; index++) if (!sameSpelledAnyway(a[index], b[index])) return false
    return true
  }
  if (Array.isArray(b)) return false
  const left = a as Readonly<Record<string, unknown>>
  const right = b as Readonly<Record<string, unknown>>
  let fields = 0
  for (const name in left) {
    fields++
    let value = right[name]
    if (value === undefined) {
      const other = otherSpelling(name)
      if (other !== undefined) value = right[other]
      if (value === undefined) return false
    }
    if (!sameSpelledAnyway(left[name], value)) return false
  }
  for (const _ in right) fields--
  return fields === 0
}
