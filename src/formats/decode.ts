/** Readers for `unknown` JSON: each takes the snake_case name, also accepts lowerCamelCase, and treats null as absent. */
export type JsonObject = Readonly<Record<string, unknown>>

const CAMEL = new Map<string, string>()

/** The lowerCamelCase name of a snake_case protobuf field (protobuf JSON mapping); other names stay unchanged. */
export function lowerCamel(name: string): string {
  let known = CAMEL.get(name)
  if (known === undefined) {
    known = name.replace(/(?<!_)_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase())
    CAMEL.set(name, known)
  }
  return known
}

/** True for a JSON object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The field of an object under its snake_case or lowerCamelCase name; undefined when absent, null, or not an object. */
export function field(value: unknown, name: string): unknown {
  if (!isObject(value)) return undefined
  const found = value[name]
  if (found !== undefined && found !== null) return found
  const other = name.includes('_') ? value[lowerCamel(name)] : undefined
  return other === null ? undefined : other
}

/** The value at a path of fields. */
export function at(value: unknown, ...names: readonly string[]): unknown {
  let found = value
  for (const name of names) found = field(found, name)
  return found
}

/** A string field; undefined when absent or of another type. */
export function textOf(value: unknown, ...names: readonly string[]): string | undefined {
  const found = at(value, ...names)
  return typeof found === 'string' ? found : undefined
}

/** A number field; numeric strings count (64-bit integers are strings in proto JSON). */
export function numberOf(value: unknown, ...names: readonly string[]): number | undefined {
  const found = at(value, ...names)
  if (typeof found === 'number') return found
  return typeof found === 'string' && /^-?\d+(\.\d+)?$/.test(found) ? Number(found) : undefined
}

/** A boolean field; undefined when absent or of another type. */
export function flagOf(value: unknown, ...names: readonly string[]): boolean | undefined {
  const found = at(value, ...names)
  return typeof found === 'boolean' ? found : undefined
}

/** A list field; empty when absent or of another type. */
export function listOf(value: unknown, ...names: readonly string[]): readonly unknown[] {
  const found = at(value, ...names)
  return Array.isArray(found) ? found : []
}

/** A field that is an object; undefined when absent or of another type. */
export function objectOf(value: unknown, ...names: readonly string[]): JsonObject | undefined {
  const found = at(value, ...names)
  return isObject(found) ? found : undefined
}

/** The string-valued entries of an object field, such as labels; empty when absent. */
export function textMapOf(value: unknown, ...names: readonly string[]): Readonly<Record<string, string>> {
  const found = objectOf(value, ...names)
  if (found === undefined) return {}
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** The strings of a list field; other items are left out. */
export function textsOf(value: unknown, ...names: readonly string[]): readonly string[] {
  return listOf(value, ...names).filter(item => typeof item === 'string')
}
