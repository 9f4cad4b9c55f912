/** The method of a page of Envoy's admin interface: changes are POSTs alone, and `logging` without a query, which only reads, is one too (admin interface docs). */
export function methodFor(path: string): 'GET' | 'POST' {
  return path === 'logging' || path.startsWith('logging?') ? 'POST' : 'GET'
}
