/** A dotted path such as `spec.containers[0].name` as a JSON pointer (RFC 6901). */
export function pointer(path: string): string {
  const parts = path.replace(/\[([^\]]*)\]/g, '.$1').split('.')
  return `/${parts.map(part => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`
}

/** The pointer to an entry of a map whose key may hold dots and slashes, such as a label. */
export function entryPointer(path: string, key: string): string {
  return `${pointer(path)}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
