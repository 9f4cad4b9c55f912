import {missingHostText} from '../../../analysis/istio-config/missing-host.js'
import {hostCovers} from '../../../model/istio-config/host-pattern.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2011',
  slug: 'destination-rule-host-unknown',
  aliases: ['IST0174'],
  severity: 'warning',
  title: 'Host of a DestinationRule does not exist',
  why: 'No cluster has that name, so the rule is never used.',
  fix: 'Correct spec.host; a short name belongs to the namespace of the DestinationRule.',
  references: [analysisPage('IST0174')],
  kinds: ['DestinationRule'],
  needs: [['Service', 'ServiceEntry']],
  suspects: true,
  check: set => {
    const hosts = set.hosts()
    return set.destinationRules().flatMap(({object, host, exportTo}) => {
      const {namespace} = object.ref
      if (hosts.find(namespace, exportTo, host) !== undefined) return []
      // A wildcard is for every host it fits (networking.istio.io, DestinationRule.host), not for one of its own name.
      const fitting = hosts.all.some(
        each => [namespace, '*'].includes(each.scope) && host.startsWith('*') && hostCovers(host, each.host),
      )
      if (fitting) return []
      return [{object, path: 'spec.host', message: `Host ${missingHostText(hosts, host, namespace)}`}]
    })
  },
}
