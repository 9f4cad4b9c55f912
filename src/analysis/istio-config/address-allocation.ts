import type {MeshConfig} from '../../model/istio-config/mesh-config.js'

/** True when istiod gives ServiceEntries without addresses one of its own (istio.io, DNS proxying). */
export function allocatesAddresses({proxyMetadata}: Pick<MeshConfig, 'proxyMetadata'>): boolean {
  return (
    proxyMetadata.ISTIO_META_DNS_CAPTURE === 'true' &&
    (proxyMetadata.ISTIO_META_DNS_AUTO_ALLOCATE === 'true' || proxyMetadata.PILOT_ENABLE_IP_AUTOALLOCATE === 'true')
  )
}
