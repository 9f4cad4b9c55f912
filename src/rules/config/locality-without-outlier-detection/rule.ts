import {at, flagOf, listOf, objectOf} from '../../../formats/decode.js'
import type {ConfigRule} from '../config-rule.js'

const CHOICES = ['distribute', 'failover', 'failoverPriority']

/** True when a policy asks for locality load balancing and leaves to Istio where requests go when endpoints fail. */
function failsOver(policy: unknown): boolean {
  const settings = objectOf(policy, 'loadBalancer', 'localityLbSetting')
  return flagOf(settings, 'enabled') === true && CHOICES.every(name => listOf(settings, name).length === 0)
}

export const rule: ConfigRule = {
  code: 'MCT2168',
  slug: 'locality-without-outlier-detection',
  aliases: [],
  severity: 'warning',
  title: 'Locality load balancing without outlier detection',
  why: 'Istiod prefers near endpoints only where outlierDetection lets Envoy notice that they fail: requests go to all localities alike.',
  fix: 'Set outlierDetection in the same traffic policy.',
  references: [
    'https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/failover/',
    'https://github.com/istio/istio/issues/12961',
  ],
  kinds: ['DestinationRule'],
  check: set =>
    set.of('DestinationRule').flatMap(object => {
      const common = at(object.raw, 'spec', 'trafficPolicy')
      const policies = [
        {path: 'spec.trafficPolicy', policy: common},
        ...listOf(object.raw, 'spec', 'subsets').map((subset, index) => ({
          path: `spec.subsets[${index}].trafficPolicy`,
          policy: at(subset, 'trafficPolicy'),
        })),
      ]
      return policies
        .filter(
          ({policy}) =>
            failsOver(policy) && [policy, common].every(each => objectOf(each, 'outlierDetection') === undefined),
        )
        .map(({path}) => ({
          object,
          path: `${path}.loadBalancer.localityLbSetting`,
          message: 'localityLbSetting is enabled, and no outlierDetection is set: it has no effect.',
        }))
    }),
}
