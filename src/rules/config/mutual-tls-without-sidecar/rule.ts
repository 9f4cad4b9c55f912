import {fullHost} from '../../../analysis/istio-config/host-names.js'
import {isInMesh} from '../../../analysis/istio-config/mesh-pods.js'
import {podsBehind} from '../../../analysis/istio-config/service-pods.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {hostCovers} from '../../../model/istio-config/host-pattern.js'
import type {ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

const SHOWN = 3

export const rule: ConfigRule = {
  code: 'MCT2104',
  slug: 'mutual-tls-without-sidecar',
  aliases: [],
  severity: 'warning',
  title: 'Mutual TLS to pods without a proxy',
  why: "The clients start Istio's mutual TLS, and the pods answer in plaintext: requests fail with 503 UF.",
  fix: 'Use tls.mode DISABLE for the host in the namespace of the clients, or remove tls and rely on automatic mutual TLS.',
  references: [
    'https://istio.io/latest/docs/ops/common-problems/network-issues/#503-errors-after-setting-destination-rule',
    'https://github.com/istio/istio/issues/36672',
  ],
  kinds: ['DestinationRule'],
  needs: [POD_KINDS, 'Service'],
  check: set => {
    const outside = set.services().flatMap(service => {
      const {namespace, name} = service.object.ref
      const pods = podsBehind(service, set)
      const meshed = pods.some(pod => isInMesh(pod, set.namespaceLabels(pod.object.ref.namespace)))
      return pods.length === 0 || meshed ? [] : [fullHost(name, namespace)]
    })
    const rules = set.destinationRules()
    return rules.flatMap(({object, host, policy}) => {
      if (policy.tls?.mode !== 'ISTIO_MUTUAL') return []
      const {namespace} = object.ref
      const own = fullHost(host, namespace)
      const better = rules.filter(
        each => each.object !== object && each.object.ref.namespace === namespace && each.policy.tls !== undefined,
      )
      const hit = outside.filter(
        name =>
          hostCovers(own, name) &&
          !better.some(each => {
            const other = fullHost(each.host, namespace)
            return hostCovers(other, name) && other.length > own.length
          }),
      )
      if (hit.length === 0) return []
      const more = hit.length > SHOWN ? ` and ${hit.length - SHOWN} more` : ''
      return [
        {
          object,
          path: policy.tls.path,
          message: `DestinationRule ${fullName(object)} uses ISTIO_MUTUAL for ${hit.slice(0, SHOWN).join(', ')}${more}, whose pods have no sidecar.`,
        },
      ]
    })
  },
}
