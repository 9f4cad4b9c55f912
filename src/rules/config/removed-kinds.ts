/** Groups of Istio's removed APIs: RBAC and authentication in 1.6, Mixer in 1.8. */
export const REMOVED_GROUP = /^(?:rbac|authentication|config)\.istio\.io\//

/** Their kinds. */
export const REMOVED_KINDS: readonly string[] = [
  'ClusterRbacConfig',
  'RbacConfig',
  'ServiceRole',
  'ServiceRoleBinding',
  'Policy',
  'MeshPolicy',
  'attributemanifest',
  'handler',
  'instance',
  'rule',
  'HTTPAPISpec',
  'HTTPAPISpecBinding',
  'QuotaSpec',
  'QuotaSpecBinding',
]
