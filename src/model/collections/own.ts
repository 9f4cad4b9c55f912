/** What a table holds under a name from outside; names every object inherits (`constructor`, `__proto__`) hold nothing. */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
