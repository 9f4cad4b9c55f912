import {isObject} from '../decode.js'

/** A text in an object, with where it is. */
export interface PlacedText {
  readonly value: string
  readonly path: string
}

const MAX_DEPTH = 30

/** Every text within a value that is at the path; nothing below a depth no configuration has. */
export function textsWithin(value: unknown, path: string, depth = 0): readonly PlacedText[] {
  if (typeof value === 'string') return [{value, path}]
  if (depth > MAX_DEPTH) return []
  if (Array.isArray(value)) return value.flatMap((each, index) => textsWithin(each, `${path}[${index}]`, depth + 1))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, each]) => {
    const step = /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
    return textsWithin(each, `${path}${step}`, depth + 1)
  })
}
