import type {ConfigRule} from '../config-rule.js'

/** Groups of Istio's removed APIs: RBAC and authentication in 1.6, Mixer in 1.8. */
const REMOVED_GROUP = /^(?:rbac|authentication|config)\.istio\.io\//

/** Their kinds. */
const REMOVED_KINDS: readonly string[] = [
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

export const rule: ConfigRule = {
  code: 'MCT2120',
  slug: 'removed-kind',
  aliases: [],
  severity: 'warning',
  title: 'Object is of an API that Istio removed',
  why: 'No current release reads it, so it has no effect.',
  fix: 'Convert it to AuthorizationPolicy, PeerAuthentication, RequestAuthentication, Telemetry or WasmPlugin.',
  references: [
    'https://istio.io/latest/news/releases/1.6.x/announcing-1.6/change-notes/',
    'https://istio.io/latest/news/releases/1.8.x/announcing-1.8/change-notes/',
  ],
  kinds: REMOVED_KINDS,
  check: set =>
    REMOVED_KINDS.flatMap(kind => set.of(kind))
      .filter(({raw}) => REMOVED_GROUP.test(raw.apiVersion))
      .map(object => ({
        object,
        path: 'kind',
        message: `${object.ref.kind} (${object.raw.apiVersion}) was removed from Istio and has no effect.`,
      })),
}
