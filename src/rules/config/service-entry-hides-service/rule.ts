import {clusterName} from '../../../analysis/istio-config/host-names.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2139',
  slug: 'service-entry-hides-service',
  aliases: [],
  severity: 'warning',
  title: 'ServiceEntry has the host of a Service',
  why: 'The registry then holds two services with one name, and which of them clients use depends on the release and on their ages.',
  fix: 'Use a host that is not the name of a Service, or add labels to the Service instead.',
  references: [
    'https://istio.io/latest/docs/reference/config/networking/service-entry/',
    'https://github.com/istio/istio/issues/49717',
  ],
  kinds: ['ServiceEntry'],
  needs: ['Service'],
  check: set => {
    const services = new Set(set.services().map(({object}) => fullName(object)))
    return set.serviceEntries().flatMap(({object, hosts}) =>
      hosts.flatMap((host, index) => {
        const name = clusterName(host)
        if (name === undefined || !services.has(`${name.namespace}/${name.name}`)) return []
        const message = `${host} is also the host of Service ${name.namespace}/${name.name}: only one of the two is used.`
        return [{object, path: `spec.hosts[${index}]`, message}]
      }),
    )
  },
}
