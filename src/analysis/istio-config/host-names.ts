const CLUSTER_SUFFIX = 'svc.cluster.local'

/** A host as Istio completes it: a name without a dot that is not a wildcard belongs to the namespace of the object that names it. */
export function fullHost(host: string, namespace: string): string {
  return host.includes('.') || host.startsWith('*') ? host : `${host}.${namespace}.${CLUSTER_SUFFIX}`
}

/** The namespaces something is visible in: `*` for all, `.` is its own. */
export function visibleScopes(exportTo: readonly string[], namespace: string): readonly string[] {
  if (exportTo.length === 0 || exportTo.includes('*')) return ['*']
  return [...new Set(exportTo.map(each => (each === '.' ? namespace : each)))]
}

/** The name and namespace of a host in the cluster; undefined for any other host. */
export function clusterName(host: string): {readonly name: string; readonly namespace: string} | undefined {
  const parts = host.split('.')
  if (parts.length !== 5 || parts.slice(2).join('.') !== CLUSTER_SUFFIX) return undefined
  const [name = '', namespace = ''] = parts
  return {name, namespace}
}
