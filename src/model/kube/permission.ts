/** One thing a user may be allowed to do in a cluster (Kubernetes RBAC: verb, resource, place). */
export interface KubePermission {
  readonly verb: string
  /** Empty for the core group. */
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  /** Absent: in the whole cluster. */
  readonly namespace?: string
}

export type PermissionVerdict = 'allowed' | 'denied' | 'unknown'

/** What a cluster says about one permission, and why when it says anything. */
export interface Ruling {
  readonly permission: KubePermission
  readonly verdict: PermissionVerdict
  readonly why: string
}

/** `pods/exec`, `virtualservices.networking.istio.io`: the resource as kubectl writes it. */
export function resourceText({group, resource, subresource}: Omit<KubePermission, 'verb' | 'namespace'>): string {
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`
  return group === '' ? whole : `${whole}.${group}`
}

/** One key for permissions that are the same. */
export function permissionKey({verb, namespace, ...rest}: KubePermission): string {
  return `${verb} ${resourceText(rest)} ${namespace ?? ''}`
}
