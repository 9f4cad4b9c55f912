import {selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import {gatewayServicesOf} from '../../../analysis/istio-config/load-balancer.js'
import {keepsClientAddress} from '../../../formats/istio-config/kubernetes.js'
import {peerAddresses} from '../../../formats/istio-config/policy-values.js'
import {once} from '../../../model/collections/once.js'
import type {ConfigRule} from '../config-rule.js'

const OUTSIDE = ['LoadBalancer', 'NodePort']

export const rule: ConfigRule = {
  code: 'MCT2146',
  slug: 'policy-address-of-load-balancer',
  aliases: [],
  severity: 'warning',
  title: 'Policy compares the address of a node',
  why: 'Without externalTrafficPolicy Local, kube-proxy replaces the address of the client by that of a node before the gateway sees it.',
  fix: 'Set externalTrafficPolicy to Local for the Service of the gateway; behind an HTTP load balancer use remoteIpBlocks.',
  references: [
    'https://istio.io/latest/docs/tasks/security/authorization/authz-ingress/#source-ip-address-of-the-original-client',
    'https://kubernetes.io/docs/tutorials/services/source-ip/',
  ],
  kinds: ['AuthorizationPolicy'],
  needs: ['Service', 'Gateway'],
  check: set => {
    const services = once(() =>
      [...new Set(set.gateways().flatMap(gateway => gatewayServicesOf(set, gateway)))].filter(
        each => OUTSIDE.includes(each.type) && !keepsClientAddress(each.object),
      ),
    )
    return set.authorizationPolicies().flatMap(({object, selector = {}}) => {
      const [first] = peerAddresses(object)
      if (first === undefined || Object.keys(selector).length === 0) return []
      const {namespace} = object.ref
      const service = services().find(
        each =>
          (each.object.ref.namespace === namespace || namespace === set.mesh.rootNamespace) &&
          selectorMatches(selector, each.selector),
      )
      if (service === undefined) return []
      const message = `${first.field} compares the address of the peer, and Service ${service.object.ref.name} has externalTrafficPolicy Cluster: that is the address of a node.`
      return [{object, path: first.path, message}]
    })
  },
}
