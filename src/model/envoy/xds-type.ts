import {byText} from '../text/order.js'

/** The kinds of configuration istiod sends to a proxy, by the short name people know them under. */
export interface XdsType {
  readonly short: string
  readonly url: string
  /** What a proxy calls one resource of the type, for sentences. */
  readonly noun: string
  /** True for the types every Envoy proxy of Istio asks for, whatever its configuration. */
  readonly core: boolean
}

function row(short: string, name: string, noun: string, core = false): XdsType {
  return {short, url: `type.googleapis.com/${name}`, noun, core}
}

/** Type URLs and short names as istioctl's proxy-status shows them. */
export const XDS_TYPES: readonly XdsType[] = [
  row('CDS', 'envoy.config.cluster.v3.Cluster', 'cluster', true),
  row('LDS', 'envoy.config.listener.v3.Listener', 'listener', true),
  row('EDS', 'envoy.config.endpoint.v3.ClusterLoadAssignment', 'endpoints', true),
  row('RDS', 'envoy.config.route.v3.RouteConfiguration', 'route', true),
  row('ECDS', 'envoy.config.core.v3.TypedExtensionConfig', 'extension', true),
  row('SDS', 'envoy.extensions.transport_sockets.tls.v3.Secret', 'secret'),
  row('NDS', 'istio.networking.nds.v1.NameTable', 'name table'),
  row('PCDS', 'istio.mesh.v1alpha1.ProxyConfig', 'proxy config'),
  row('WDS', 'istio.workload.Address', 'workload'),
  row('WDS', 'istio.workload.Workload', 'workload'),
  row('WADS', 'istio.security.Authorization', 'authorization'),
]

const BY_URL: ReadonlyMap<string, XdsType> = new Map(XDS_TYPES.map(type => [type.url, type]))

/** The type of a URL; an unknown one is shown by its URL. */
export function xdsType(url: string): XdsType {
  return BY_URL.get(url) ?? {short: url, url, noun: 'resource', core: false}
}

/** The type of a short name such as CDS. */
export function xdsTypeNamed(short: string): XdsType {
  return XDS_TYPES.find(type => type.short === short) ?? {short, url: short, noun: 'resource', core: false}
}

/** Orders types as the table shows them: the core types first, then by name. */
export function byXdsOrder(a: string, b: string): number {
  const rank = (short: string) => {
    const at = XDS_TYPES.findIndex(type => type.short === short)
    return at < 0 ? XDS_TYPES.length : at
  }
  return rank(a) - rank(b) || byText(a, b)
}
