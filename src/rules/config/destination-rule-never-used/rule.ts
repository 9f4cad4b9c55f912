import {clusterName, fullHost} from '../../../analysis/istio-config/host-names.js'
import {isInMesh} from '../../../analysis/istio-config/mesh-pods.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2105',
  slug: 'destination-rule-never-used',
  aliases: [],
  severity: 'warning',
  title: 'DestinationRule is in a namespace without clients',
  why: 'A proxy looks for rules in its own namespace, in that of the Service and in the root namespace: this one is never used.',
  fix: 'Move the DestinationRule to the namespace of the clients or of the Service.',
  references: [
    'https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration',
    'https://github.com/istio/istio/issues/36672',
  ],
  kinds: ['DestinationRule'],
  needs: [POD_KINDS, 'Service'],
  check: set => {
    const clients = new Set(
      set
        .pods()
        .filter(pod => isInMesh(pod, set.namespaceLabels(pod.object.ref.namespace)))
        .map(pod => pod.object.ref.namespace),
    )
    return set.destinationRules().flatMap(({object, host, workloadSelector}) => {
      const {namespace} = object.ref
      const target = clusterName(fullHost(host, namespace))
      if (target === undefined || workloadSelector !== undefined) return []
      if ([target.namespace, set.mesh.rootNamespace].includes(namespace) || clients.has(namespace)) return []
      return [
        {
          object,
          path: 'metadata.namespace',
          message: `DestinationRule ${fullName(object)} is for ${host} of namespace ${target.namespace}, and ${namespace} has no pods in the mesh: it is never used.`,
        },
      ]
    })
  },
}
