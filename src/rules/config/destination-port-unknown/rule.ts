import {analysisPage, type ConfigRule} from '../config-rule.js'
import {routeDestinations} from '../route-destinations.js'

export const rule: ConfigRule = {
  code: 'MCT2003',
  slug: 'destination-port-unknown',
  aliases: ['IST0101'],
  severity: 'error',
  title: 'Port of a route does not exist',
  why: 'Envoy has no cluster for that port and answers 503 with the flag NC.',
  fix: 'Use a port of the Service (not a targetPort).',
  references: [analysisPage('IST0101')],
  kinds: ['VirtualService'],
  needs: [['Service', 'ServiceEntry']],
  check: set => {
    const hosts = set.hosts()
    return routeDestinations(set).flatMap(({object, exportTo, host, port, path}) => {
      const found = port === undefined ? undefined : hosts.find(object.ref.namespace, exportTo, host)
      if (found === undefined || found.ports.some(each => each === port)) return []
      const target = found.service?.ports.find(each => each.targetPort === port)
      const hint = target === undefined ? '' : `; ${port} is the targetPort of port ${target.port}`
      const message = `${host} has no port ${port}, only ${found.ports.join(', ') || 'none'}${hint}.`
      return [{object, path: `${path}.port.number`, message}]
    })
  },
}
