const CLUSTER_SUFFIX = 'svc.cluster.local'

/** A host as Istio completes it: a name without a dot that is no wildcard belongs to the namespace of the object that names it. */
export function fullHost(host: string, namespace: string): string {
  return host.includes('.') || host.startsWith('*') ? host : `${host}.${namespace}.${CLUSTER_SUFFIX}`
}

/** The namespaces something is visible in: `*` for all, `.` is its own. */
export function visibleScopes(exportTo: readonly string[], namespace: string): readonly string[] {
  if (exportTo.length === 0 || exportTo.includes('*')) return ['*']
  return [...new Set(exportTo.map(each => (each === '.' ? namespace : each)))]
}

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

/** The name and namespace of a host in the cluster; undefined for any other host. */
export function clusterName(host: string): {readonly name: string; readonly namespace: string} | undefined {
  const parts = host.split('.')
  if (parts.length !== 5 || parts.slice(2).join('.') !== CLUSTER_SUFFIX) return undefined
  const [name = '', namespace = ''] = parts
  return {name, namespace}
}
