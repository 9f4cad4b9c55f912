import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2170',
  slug: 'destination-rule-port-unknown',
  aliases: [],
  severity: 'warning',
  title: 'portLevelSettings for a port the host lacks',
  why: 'Settings are looked up by the port of the Service or ServiceEntry that clients call: for another port they are never used, as TLS origination that is silently left out.',
  fix: 'Name the port of the Service or ServiceEntry, not its targetPort.',
  references: [
    'https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy-PortTrafficPolicy',
    'https://istio.io/latest/docs/tasks/traffic-management/egress/egress-tls-origination/',
  ],
  kinds: ['DestinationRule'],
  needs: [['Service', 'ServiceEntry']],
  check: set => {
    const hosts = set.hosts()
    return set.destinationRules().flatMap(({object, host, exportTo, policy, subsets}) => {
      const found = host.includes('*') ? undefined : hosts.find(object.ref.namespace, exportTo, host)
      if (found === undefined || found.ports.length === 0) return []
      const settings = [policy, ...subsets.map(subset => subset.policy)].flatMap(({ports}) => ports)
      return settings.flatMap(({port, path}) => {
        if (found.ports.some(each => each === port)) return []
        const target =
          found.service?.ports.find(each => each.targetPort === port)?.port ??
          found.entry?.ports.find(each => each.targetPort === port)?.number
        const hint = target === undefined ? '' : `; ${port} is the targetPort of port ${target}`
        const message = `${host} has no port ${port}, only ${found.ports.join(', ')}${hint}: these settings are never used.`
        return [{object, path, message}]
      })
    })
  },
}
