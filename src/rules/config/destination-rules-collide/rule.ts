import {fullHost} from '../../../analysis/istio-config/host-names.js'
import {groupedBy} from '../../../model/collections/grouped-by.js'
import type {DestinationRuleConfig} from '../../../model/istio-config/traffic.js'
import {byText} from '../../../model/text/order.js'
import type {ConfigRule} from '../config-rule.js'

function hasPolicy({policy}: DestinationRuleConfig): boolean {
  return policy.tls !== undefined || policy.ports.length > 0 || policy.outlierDetection || policy.locality
}

export const rule: ConfigRule = {
  code: 'MCT2113',
  slug: 'destination-rules-collide',
  aliases: [],
  severity: 'warning',
  title: 'DestinationRules for one host in one namespace',
  why: 'Istiod merges their subsets, and uses only the traffic policy of the oldest.',
  fix: 'Merge the DestinationRules.',
  references: ['https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services'],
  kinds: ['DestinationRule'],
  check: set => {
    const groups = groupedBy(
      set.destinationRules().filter(({workloadSelector}) => workloadSelector === undefined),
      ({object: {ref}, host}) => `${ref.namespace} ${fullHost(host, ref.namespace)}`,
    )
    return [...groups.values()]
      .filter(some => some.filter(hasPolicy).length > 1)
      .flatMap(some => {
        const names = some.map(({object}) => object.ref.name).sort(byText)
        return some.map(({object, host}) => ({
          object,
          path: 'spec.host',
          message: `DestinationRules ${names.join(', ')} are all for ${host}: only the oldest traffic policy applies.`,
        }))
      })
  },
}
