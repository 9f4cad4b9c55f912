import {analysisPage, type ConfigRule} from '../config-rule.js'
import {routeDestinations} from '../route-destinations.js'

export const rule: ConfigRule = {
  code: 'MCT2004',
  slug: 'destination-port-required',
  aliases: ['IST0112'],
  severity: 'error',
  title: 'Route needs a port',
  why: 'The host has several ports and Istio does not choose one: the route is dropped.',
  fix: 'Set destination.port.number.',
  references: [analysisPage('IST0112')],
  kinds: ['VirtualService'],
  needs: [['Service', 'ServiceEntry']],
  check: set => {
    const hosts = set.hosts()
    return routeDestinations(set).flatMap(({object, exportTo, host, port, path}) => {
      const found = port === undefined ? hosts.find(object.ref.namespace, exportTo, host) : undefined
      if (found === undefined || found.ports.length < 2) return []
      const message = `${host} has the ports ${found.ports.join(', ')}, and the destination names none.`
      return [{object, path: `${path}.host`, message}]
    })
  },
}
