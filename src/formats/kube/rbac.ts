import {definedFields} from '../../model/collections/defined-fields.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {listOf, textsOf} from '../decode.js'

/** One rule of a Role or ClusterRole (rbac.authorization.k8s.io/v1 PolicyRule), and the namespace it is limited to. */
export interface RbacRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  /** Empty: every name. */
  readonly resourceNames: readonly string[]
  /** Of a Role; undefined: cluster-wide. */
  readonly namespace?: string
}

const ROLES = new Set(['Role', 'ClusterRole'])

/** The rules of Role and ClusterRole objects; other kinds have none. */
export function readPolicyRules({kind, metadata, ...object}: KubeObject): readonly RbacRule[] {
  if (!ROLES.has(kind)) return []
  return listOf(object, 'rules').map(rule => ({
    apiGroups: textsOf(rule, 'apiGroups'),
    resources: textsOf(rule, 'resources'),
    verbs: textsOf(rule, 'verbs'),
    resourceNames: textsOf(rule, 'resourceNames'),
    ...definedFields({namespace: kind === 'Role' ? (metadata.namespace ?? 'default') : undefined}),
  }))
}
