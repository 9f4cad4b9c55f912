import {isInMesh} from '../../../analysis/istio-config/mesh-pods.js'
import {principalsOf} from '../../../formats/istio-config/access.js'
import type {PlacedText} from '../../../formats/istio-config/placed-text.js'
import type {AuthorizationConfig} from '../../../model/istio-config/policy.js'
import type {ConfigRule} from '../config-rule.js'
import type {ConfigSet} from '../config-set.js'
import {POD_KINDS} from '../pod-kinds.js'

/** The namespaces that have pods of which none is in the mesh, nor a workload outside the cluster. */
function namespacesWithoutIdentity(set: ConfigSet): ReadonlySet<string> {
  const meshed = new Set(set.of('WorkloadEntry').map(({ref}) => ref.namespace))
  const all = new Set<string>()
  for (const pod of set.pods()) {
    const {namespace} = pod.object.ref
    all.add(namespace)
    if (isInMesh(pod, set.namespaceLabels(namespace))) meshed.add(namespace)
  }
  return new Set([...all].filter(namespace => !meshed.has(namespace)))
}

/** The namespaces a policy names as sources, in their own field and in principals. */
function sourcesOf({object, namespaces}: AuthorizationConfig): readonly PlacedText[] {
  const named = namespaces.flatMap(({values, path}) =>
    values.map((value, index) => ({value, path: `${path}[${index}]`})),
  )
  const accounts = principalsOf(object).flatMap(({value, path}) => {
    const namespace = /^[^/]+\/ns\/([^/*]+)\//.exec(value)?.[1]
    return namespace === undefined ? [] : [{value: namespace, path}]
  })
  return [...named, ...accounts]
}

export const rule: ConfigRule = {
  code: 'MCT2165',
  slug: 'source-without-identity',
  aliases: [],
  severity: 'warning',
  title: 'Policy names clients that have no identity',
  why: 'Namespace and principal of a client are read from its mTLS certificate: a client outside the mesh has none, so the condition never applies to it.',
  fix: 'Take the pods of that namespace into the mesh, or match on ipBlocks.',
  references: [
    'https://istio.io/latest/docs/concepts/security/#dependency-on-mutual-tls',
    'https://github.com/istio/istio/issues/36119',
  ],
  kinds: ['AuthorizationPolicy'],
  needs: [POD_KINDS],
  check: set => {
    const without = namespacesWithoutIdentity(set)
    return set.authorizationPolicies().flatMap(policy =>
      sourcesOf(policy)
        .filter(({value}) => without.has(value))
        .map(({value, path}) => ({
          object: policy.object,
          path,
          message: `No pod of namespace ${value} is in the mesh: requests from there have no identity to match.`,
        })),
    )
  },
}
