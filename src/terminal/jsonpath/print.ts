import {evaluate} from './evaluate.js'
import {parseTemplate} from './parse.js'

/** Object keys in order, as Go writes maps. */
function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sortedKeys(each)]),
  )
}

const HTML = /[<>&\u2028\u2029]/g

/** JSON as Go's encoding/json writes it: sorted keys, no blanks, `<`, `>` and `&` as escapes. */
function goJson(value: unknown, indent?: number): string {
  return (JSON.stringify(sortedKeys(value), null, indent) ?? 'null').replace(
    HTML,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** A number as Go's fmt prints it: whole numbers in full, others with an exponent from 1e-5 down and 1e21 up. */
function goNumber(value: number): string {
  if (Number.isInteger(value)) return Math.abs(value) < 2 ** 63 ? BigInt(value).toString() : exponent(value)
  return Math.abs(value) < 1e-4 ? exponent(value) : String(value)
}

function exponent(value: number): string {
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

function printed(value: unknown): string {
  if (typeof value === 'object') return goJson(value)
  return typeof value === 'number' ? goNumber(value) : String(value)
}

/** What kubectl prints for a template: the values of each part, with blanks between them. Throws a TemplateError. */
export function jsonpathText(template: string, data: unknown): string {
  return evaluate(parseTemplate(template), data)
    .map(values => values.map(printed).join(' '))
    .join('')
}

/** What kubectl prints with jsonpath-as-json: the values of each part as a JSON list. Throws a TemplateError. */
export function jsonpathJson(template: string, data: unknown): string {
  return evaluate(parseTemplate(template), data)
    .map(values => `${goJson(values, 4)}\n`)
    .join('')
}
