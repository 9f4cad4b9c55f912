type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function named(item: unknown): string | undefined {
  return text(fields(item).name)
}

/** `address:port` of an endpoint, or its pipe, or its internal listener (config.core.v3.Address). */
function endpointKey(item: unknown): string | undefined {
  const address = fields(fields(fields(item).endpoint).address)
  const socket = fields(address.socketAddress)
  const internal = fields(address.envoyInternalAddress)
  const host = text(socket.address)
  if (host !== undefined) return `${host}:${text(socket.portValue) ?? text(socket.namedPort) ?? ''}`
  const pipe = text(fields(address.pipe).path)
  if (pipe !== undefined) return pipe
  const listener = text(internal.serverListenerName)
  return listener === undefined ? undefined : `${listener}/${text(internal.endpointId) ?? ''}`
}

function localityKey(item: unknown): string {
  const {locality, priority} = fields(item)
  const {region, zone, subZone} = fields(locality)
  const place = [region, zone, subZone].map(part => text(part) ?? '').join('/')
  return `${place}@${text(priority) ?? '0'}`
}

/**
 * Lists whose items have a key and whose order Envoy ignores: virtual hosts are chosen by their domains
 * (config.route.v3.VirtualHost), endpoints are a set per locality and priority, thresholds are one per priority.
 */
export const KEYED_LISTS: Readonly<Record<string, (item: unknown) => string | undefined>> = {
  virtualHosts: named,
  lbEndpoints: endpointKey,
  endpoints: localityKey,
  thresholds: item => text(fields(item).priority) ?? 'DEFAULT',
  tlsCertificateSdsSecretConfigs: named,
}

/** Lists whose order has no meaning. Every other list is compared in order. */
export const SET_LISTS: ReadonlySet<string> = new Set([
  'domains',
  'applicationProtocols',
  'serverNames',
  'prefixRanges',
  'sourcePrefixRanges',
  'directSourcePrefixRanges',
  'matchTypedSubjectAltNames',
  'matchSubjectAltNames',
  'verifySubjectAltName',
  'permissions',
  'principals',
  'ids',
  'allowOriginStringMatch',
  'retriableStatusCodes',
  'headersToRemove',
  'requestHeadersToRemove',
  'responseHeadersToRemove',
])

/** Fields whose contents are maps or free structures: names below them are data, not field names, and keep their spelling. */
export const FREE_FORM: ReadonlySet<string> = new Set(['filterMetadata', 'jsonFormat', 'struct', 'fields', 'labels'])

/** Default values; Envoy writes them where istiod omits them (config.endpoint.v3, admin.v3 dump of EDS). */
export const DEFAULTS: Readonly<Record<string, readonly unknown[]>> = {
  healthStatus: ['HEALTHY', 'UNKNOWN'],
  overprovisioningFactor: [140],
}

/** Objects that mean the same empty or absent; each side may write either. */
export const EMPTY_MEANS_NOTHING: ReadonlySet<string> = new Set(['policy', 'locality', 'healthCheckConfig'])
