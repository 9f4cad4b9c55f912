function suffixOf(host: string): string | undefined {
  return host.startsWith('*') ? host.slice(1) : undefined
}

/** True when some name is meant by both hosts, each of which may begin with `*`. */
export function hostsOverlap(a: string, b: string): boolean {
  const [left, right] = [suffixOf(a), suffixOf(b)]
  if (left === undefined && right === undefined) return a === b
  if (left !== undefined && right !== undefined) return left.endsWith(right) || right.endsWith(left)
  return left === undefined ? a.endsWith(right ?? '') : b.endsWith(left)
}

/** True when every name meant by `inner` is meant by `outer`. */
export function hostCovers(outer: string, inner: string): boolean {
  const suffix = suffixOf(outer)
  if (suffix === undefined) return outer === inner
  return (suffixOf(inner) ?? inner).endsWith(suffix)
}
