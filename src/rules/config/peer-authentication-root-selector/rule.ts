import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2148',
  slug: 'peer-authentication-root-selector',
  aliases: [],
  severity: 'warning',
  title: 'Selector in the root namespace is ignored',
  why: 'A PeerAuthentication of the root namespace applies to the whole mesh, and only when it has no selector.',
  fix: 'Remove the selector for a mesh-wide mode, or move the object to the namespace of the pods.',
  references: [
    'https://github.com/istio/api/pull/3604',
    'https://istio.io/latest/docs/concepts/security/#peer-authentication',
  ],
  kinds: ['PeerAuthentication'],
  check: set =>
    set
      .scopes('PeerAuthentication')
      .filter(
        ({object, selector = {}}) =>
          object.ref.namespace === set.mesh.rootNamespace && Object.keys(selector).length > 0,
      )
      .map(({object}) => ({
        object,
        path: 'spec.selector',
        message: `${object.ref.namespace} is the root namespace, where a PeerAuthentication with a selector applies to no pod.`,
      })),
}
