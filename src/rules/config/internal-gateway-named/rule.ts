import {isInternalGateway} from '../../../analysis/istio-config/gateway-names.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2016',
  slug: 'internal-gateway-named',
  aliases: ['IST0165'],
  severity: 'warning',
  title: 'VirtualService names an internal Gateway',
  why: 'Istiod generates that Gateway from a listener of the Gateway API and may rename it in any release.',
  fix: 'Attach an HTTPRoute to the Kubernetes Gateway instead.',
  references: [analysisPage('IST0165')],
  kinds: ['VirtualService'],
  check: set =>
    set
      .virtualServices()
      .flatMap(({object, gateways}) =>
        gateways.flatMap((name, index) =>
          isInternalGateway(name)
            ? [{object, path: `spec.gateways[${index}]`, message: `${name} is a Gateway that istiod generates.`}]
            : [],
        ),
      ),
}
