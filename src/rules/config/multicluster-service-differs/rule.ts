import {serviceDifferences} from '../../../analysis/istio-config/multicluster-services.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2039',
  slug: 'multicluster-service-differs',
  aliases: ['IST0170'],
  severity: 'warning',
  title: 'Service differs between clusters',
  why: 'Istio merges the Services of all clusters by name, and uses the ports and type of one of them.',
  fix: 'Give the Service the same type and ports in every cluster.',
  references: [analysisPage('IST0170')],
  kinds: ['Service'],
  check: set =>
    serviceDifferences(set.servicesEverywhere()).map(({service, clusters, differences}) => ({
      object: service.object,
      path: 'spec',
      message: `The Service differs between clusters ${clusters.join(', ')}: ${differences.join('; ')}.`,
    })),
}
