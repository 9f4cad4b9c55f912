import {fullHost} from '../../../analysis/istio-config/host-names.js'
import {missingHostText} from '../../../analysis/istio-config/missing-host.js'
import {appliesToMesh} from '../../../model/istio-config/virtual-service.js'
import type {ConfigFound, ConfigRule} from '../config-rule.js'
import {replaceValue} from '../value-patch.js'

const CLUSTER_HOST = /\.svc\.cluster\.local$/

export const rule: ConfigRule = {
  code: 'MCT2167',
  slug: 'mesh-host-unknown',
  aliases: [],
  severity: 'warning',
  title: 'Host of a VirtualService is not a Service',
  why: 'Sidecars apply routes to hosts of the registry; a name without a dot is completed with the namespace of the VirtualService, any other is taken as it is written.',
  fix: 'Write the full name, SERVICE.NAMESPACE.svc.cluster.local.',
  references: [
    'https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-hosts',
    'https://github.com/istio/istio/issues/40819',
  ],
  kinds: ['VirtualService'],
  needs: [['Service', 'ServiceEntry']],
  suspects: true,
  check: set => {
    const hosts = set.hosts()
    const services = new Set(set.services().map(({object: {ref}}) => `${ref.name}.${ref.namespace}`))
    return set
      .virtualServices()
      .filter(appliesToMesh)
      .flatMap(({object, exportTo, hosts: written}) =>
        written.flatMap((host, index): readonly ConfigFound[] => {
          const {namespace} = object.ref
          if (host.includes('*') || hosts.find(namespace, exportTo, host) !== undefined) return []
          const path = `spec.hosts[${index}]`
          const partial = host.replace(/\.svc$/, '')
          if (services.has(partial)) {
            const message = `Host ${host} is taken as it is written, which is not a host in the registry: ${partial}.svc.cluster.local is.`
            const full = `${partial}.svc.cluster.local`
            return [{object, path, message, fix: `Write ${full}.`, patch: replaceValue(path, host, full)}]
          }
          // Other names may be resolved by DNS alone, and routed on port 80.
          if (!CLUSTER_HOST.test(fullHost(host, namespace))) return []
          return [{object, path, about: `host ${host}`, message: `Host ${missingHostText(hosts, host, namespace)}`}]
        }),
      )
  },
}
