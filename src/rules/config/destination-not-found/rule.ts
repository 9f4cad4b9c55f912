import {missingHostText} from '../../../analysis/istio-config/missing-host.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {routeDestinations} from '../route-destinations.js'

export const rule: ConfigRule = {
  code: 'MCT2002',
  slug: 'destination-not-found',
  aliases: ['IST0101'],
  severity: 'error',
  title: 'Host of a route does not exist',
  why: 'Envoy has no cluster for it and answers 503 with the flag NC.',
  fix: 'Correct the host, or create the Service or ServiceEntry.',
  references: [analysisPage('IST0101')],
  kinds: ['VirtualService'],
  needs: [['Service', 'ServiceEntry']],
  check: set => {
    const hosts = set.hosts()
    return routeDestinations(set).flatMap(({object, exportTo, host, path, mirror}) => {
      const {namespace} = object.ref
      if (hosts.find(namespace, exportTo, host) !== undefined) return []
      const text = missingHostText(hosts, host, namespace)
      const message = `${mirror ? 'Mirror host' : 'Host'} ${text}`
      return [{object, path: `${path}.host`, about: `host ${host}`, message}]
    })
  },
}
