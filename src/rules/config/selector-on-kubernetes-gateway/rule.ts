import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

const KINDS = ['AuthorizationPolicy', 'RequestAuthentication', 'Telemetry', 'WasmPlugin']
const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name'

export const rule: ConfigRule = {
  code: 'MCT2027',
  slug: 'selector-on-kubernetes-gateway',
  aliases: ['IST0166'],
  severity: 'warning',
  title: 'Selector of a policy selects a Kubernetes Gateway',
  why: 'A waypoint ignores policies with a selector, and other gateways apply them only with a setting.',
  fix: 'Use spec.targetRefs with kind Gateway and the name of the gateway.',
  references: [analysisPage('IST0166')],
  kinds: ['AuthorizationPolicy', 'RequestAuthentication', 'Telemetry', 'WasmPlugin'],
  check: set =>
    KINDS.flatMap(kind => set.scopes(kind)).flatMap(({object, selector, targetRef}) => {
      if (selector === undefined || targetRef) return []
      return podsSelected(set, selector, object.ref.namespace).flatMap(pod => {
        const gateway = Object.hasOwn(pod.labels, GATEWAY_NAME) ? pod.labels[GATEWAY_NAME] : undefined
        if (gateway === undefined) return []
        return [
          {
            object,
            path: 'spec.selector',
            message: `The selector selects pods of the Kubernetes Gateway ${gateway}; a targetRef is needed.`,
          },
        ]
      })
    }),
}
