import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'

/** The labels with the name of a Gateway that istiod gives the pods it creates for one. */
const LABELS = ['gateway.networking.k8s.io/gateway-name', 'istio.io/gateway-name']
const KINDS = ['AuthorizationPolicy', 'RequestAuthentication', 'PeerAuthentication']

export const rule: ConfigRule = {
  code: 'MCT2157',
  slug: 'policy-gateway-unknown',
  aliases: [],
  severity: 'warning',
  title: 'Policy selects a Gateway that does not exist',
  why: 'The pods of a Gateway carry its own name in that label, whatever labels the Gateway object has: the policy applies to nothing.',
  fix: 'Write the name of the Gateway, or attach the policy with targetRefs.',
  references: [
    'https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#resource-attachment-and-scaling',
    'https://github.com/kubernetes-sigs/gateway-api/issues/2061',
  ],
  kinds: KINDS,
  needs: ['KubernetesGateway'],
  check: set => {
    const gateways = set.of('KubernetesGateway')
    const known = new Set(gateways.map(fullName))
    return KINDS.flatMap(kind => set.scopes(kind)).flatMap(({object, selector = {}}) => {
      const label = LABELS.find(name => Object.hasOwn(selector, name))
      const name = label === undefined ? undefined : selector[label]
      const {namespace} = object.ref
      if (label === undefined || name === undefined || namespace === set.mesh.rootNamespace) return []
      if (known.has(`${namespace}/${name}`) || set.podsIn(namespace).some(({labels}) => labels[label] === name))
        return []
      const own = gateways.filter(({ref}) => ref.namespace === namespace).map(({ref}) => ref.name)
      const message = `No Gateway of ${namespace} is named ${name}${own.length === 0 ? '.' : `; there is ${own.join(', ')}.`}`
      return [{object, path: `spec.selector.matchLabels["${label}"]`, message}]
    })
  },
}
