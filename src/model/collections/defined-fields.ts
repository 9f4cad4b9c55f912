/** A copy of an object without the fields that are undefined, for objects whose keys are listed or compared. */
export function definedFields<T extends object>(fields: T): {[K in keyof T]?: Exclude<T[K], undefined>} {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) kept[key] = value
  return kept as {[K in keyof T]?: Exclude<T[K], undefined>}
}
