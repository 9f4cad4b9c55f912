/** One thing a user may be allowed to do in a cluster (Kubernetes RBAC: verb, resource, place). */
export interface Permission {
  readonly verb: string
  /** Empty for the core group. */
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  /** Absent: in the whole cluster. */
  readonly namespace?: string
}

export type Verdict = 'allowed' | 'denied' | 'unknown'

/** What a cluster says about one permission, and why when it says anything. */
export interface Ruling {
  readonly permission: Permission
  readonly verdict: Verdict
  readonly why: string
}

/** `pods/exec`, `virtualservices.networking.istio.io`: the resource as kubectl writes it. */
export function resourceText({group, resource, subresource}: Omit<Permission, 'verb' | 'namespace'>): string {
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`
  return group === '' ? whole : `${whole}.${group}`
}

/** One key for permissions that are the same. */
export function permissionKey({verb, namespace, ...rest}: Permission): string {
  return `${verb} ${resourceText(rest)} ${namespace ?? ''}`
}
