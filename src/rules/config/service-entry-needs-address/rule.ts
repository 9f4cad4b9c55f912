import type {MeshConfig} from '../../../model/istio-config/mesh-config.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

/** True when istiod gives ServiceEntries without addresses one of its own (istio.io, DNS proxying). */
function allocatesAddresses({proxyMetadata}: Pick<MeshConfig, 'proxyMetadata'>): boolean {
  return (
    proxyMetadata.ISTIO_META_DNS_CAPTURE === 'true' &&
    (proxyMetadata.ISTIO_META_DNS_AUTO_ALLOCATE === 'true' || proxyMetadata.PILOT_ENABLE_IP_AUTOALLOCATE === 'true')
  )
}

export const rule: ConfigRule = {
  code: 'MCT2033',
  slug: 'service-entry-needs-address',
  aliases: ['IST0134'],
  severity: 'warning',
  title: 'TCP port of a ServiceEntry without addresses',
  why: 'Envoy cannot tell TCP connections apart by name: all other connections to that port go to this host as well.',
  fix: 'Set spec.addresses, use protocol TLS or HTTP where the traffic is, or enable automatic address allocation.',
  references: [analysisPage('IST0134'), 'https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/'],
  kinds: ['ServiceEntry'],
  check: set => {
    const allocates = allocatesAddresses(set.mesh)
    return set.serviceEntries().flatMap(({object, hosts, addresses, allocated, ports}) => {
      if (allocates || addresses.length > 0 || allocated.length > 0) return []
      const tcp = ports.filter(({protocol}) => protocol === '' || protocol === 'TCP')
      return tcp.map(({number, protocol, path}) => {
        const stated = protocol === '' ? 'no protocol, so TCP' : 'TCP'
        const message = `Port ${number} (${stated}) of ${hosts.join(', ')} has no addresses: Envoy listens on 0.0.0.0:${number}, so every connection to port ${number} of any other host goes there too.`
        return {object, path, message}
      })
    })
  },
}
