import type {KubePermission} from '../../model/kube/permission.js'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

function rulesOf(permissions: readonly KubePermission[]): readonly Rule[] {
  const byResource = new Map<string, {group: string; resource: string; verbs: Set<string>}>()
  for (const {group, resource, subresource, verb} of permissions) {
    const whole = subresource === undefined ? resource : `${resource}/${subresource}`
    const entry = byResource.get(`${group} ${whole}`) ?? {group, resource: whole, verbs: new Set<string>()}
    entry.verbs.add(verb)
    byResource.set(`${group} ${whole}`, entry)
  }
  const grouped = new Map<string, {group: string; verbs: readonly string[]; resources: string[]}>()
  for (const {group, resource, verbs} of byResource.values()) {
    const sorted = [...verbs].sort()
    const key = `${group} ${sorted.join()}`
    const entry = grouped.get(key) ?? {group, verbs: sorted, resources: []}
    entry.resources.push(resource)
    grouped.set(key, entry)
  }
  return [...grouped.values()].map(({group, verbs, resources}) => ({
    apiGroups: [group],
    resources: resources.sort(),
    verbs,
  }))
}

/** The minimal ClusterRole and Roles that grant the permissions: one cluster-wide, one per namespace, without duplicates. */
export function minimalRoles(permissions: readonly KubePermission[]): readonly object[] {
  const namespaces = [...new Set(permissions.map(each => each.namespace))].sort((a, b) =>
    (a ?? '').localeCompare(b ?? ''),
  )
  const key = ({group, resource, subresource, verb}: KubePermission) => [group, resource, subresource, verb].join('/')
  const everywhere = new Set(permissions.filter(each => each.namespace === undefined).map(key))
  return namespaces.flatMap(namespace => {
    const here = permissions.filter(
      each => each.namespace === namespace && (namespace === undefined || !everywhere.has(key(each))),
    )
    if (here.length === 0) return []
    const kind = namespace === undefined ? 'ClusterRole' : 'Role'
    const metadata = namespace === undefined ? {name: 'meshctl'} : {name: 'meshctl', namespace}
    return [{apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, rules: rulesOf(here)}]
  })
}
