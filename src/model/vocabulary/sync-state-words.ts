import type {Vocabulary} from './entry.js'

const STATUS = 'https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/'
const XDS = 'https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol'

/** Sync states of proxy-status, xDS types and states of Envoy's resources. */
export const SYNC_STATE_WORDS: Vocabulary = {
  ACTIVE: [
    'In use: the resource (a secret, cluster or listener) is loaded and serves.',
    'Nothing is wrong.',
    'https://www.envoyproxy.io/docs/envoy/latest/api-v3/admin/v3/config_dump.proto',
  ],
  TIMEOUT: [
    'Health status of an endpoint: its health check timed out; Envoy treats it as unhealthy.',
    'meshctl proxy-config endpoint POD',
    'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/health_check.proto',
  ],
  SYNCED: ['Envoy acknowledged the last configuration istiod sent.', 'Nothing is wrong.', STATUS],
  'NOT SENT': [
    'istiod has sent nothing of this type, usually because there is nothing to send (RDS of a TCP gateway, ECDS without extensions).',
    'Nothing is wrong unless CDS or LDS says so.',
    STATUS,
  ],
  STALE: [
    'istiod sent an update and Envoy has not acknowledged it. For some seconds it is normal; longer means a broken connection, an overloaded proxy, or a bug.',
    'meshctl explain MCT1907',
    STATUS,
  ],
  'Never Acknowledged': [
    'Envoy has acknowledged no update of this type since it connected: it cannot apply what istiod sends, or its answers do not arrive. STALE (Never Acknowledged) is how istioctl prints it.',
    'Read the log of the proxy: kubectl logs POD -c istio-proxy',
    STATUS,
  ],
  ERROR: [
    'Envoy rejected the last update (NACK) and keeps the previous configuration.',
    'meshctl explain MCT1902',
    STATUS,
  ],
  IGNORED: ['The proxy does not subscribe to this type, or istioctl does not judge it.', 'Nothing is wrong.', STATUS],
  WARMING: [
    'A resource that Envoy has received and does not use yet: it waits for another one: a cluster for its endpoints (EDS), a listener for its routes (RDS) or certificates (SDS).',
    'meshctl proxy-config secret POD, then endpoint and route',
    XDS,
  ],
  INITIALIZING: [
    'Envoy has not opened its listeners yet: it waits for its first clusters, their endpoints, listeners and secrets. Longer than about a minute is a fault.',
    'meshctl proxy-config all POD   # look for warming resources',
    'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/operations/init',
  ],
  PRE_INITIALIZING: [
    'Envoy is starting and waits for its first clusters.',
    'meshctl proxy-status',
    'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/operations/init',
  ],
  LIVE: [
    'Envoy runs and accepts traffic.',
    'Nothing is wrong.',
    'https://www.envoyproxy.io/docs/envoy/latest/api-v3/admin/v3/server_info.proto',
  ],
  DRAINING: [
    'Envoy is shutting down: it finishes connections and accepts no new ones, or its health check was made to fail.',
    'kubectl get pod POD',
    'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/operations/draining',
  ],
  CDS: [
    'Cluster discovery: istiod tells Envoy the upstream services it may call.',
    'meshctl proxy-config cluster POD',
    XDS,
  ],
  EDS: [
    'Endpoint discovery: istiod tells Envoy the addresses of the pods behind each cluster.',
    'meshctl proxy-config endpoint POD',
    XDS,
  ],
  LDS: [
    'Listener discovery: istiod tells Envoy on which addresses to listen and what to do with connections.',
    'meshctl proxy-config listener POD',
    XDS,
  ],
  RDS: [
    'Route discovery: istiod tells Envoy which host and path goes to which cluster.',
    'meshctl proxy-config route POD',
    XDS,
  ],
  SDS: [
    'Secret discovery: certificates and keys, from the agent (own identity) or istiod (gateways).',
    'meshctl proxy-config secret POD',
    XDS,
  ],
  ADS: [
    'Aggregated discovery: all types over one stream, in a safe order. Istio always uses it.',
    'meshctl proxy-status',
    XDS,
  ],
  ECDS: [
    'Extension configuration discovery: filters such as Wasm plugins delivered on their own.',
    'meshctl proxy-config ecds POD',
    XDS,
  ],
  NDS: [
    'Name discovery of Istio: host names for the DNS proxy in the agent.',
    'meshctl explain 15053',
    'https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/',
  ],
  PCDS: [
    'Proxy config discovery of Istio: trusted roots and settings for the agent.',
    'meshctl proxy-config secret POD',
    XDS,
  ],
  HDS: [
    'Health discovery of Envoy: Envoy checks the health of hosts and reports it to a management server. Istio does not use it; readiness comes from Kubernetes.',
    'meshctl proxy-config endpoint POD   # health as Envoy sees it',
    'https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/health/v3/hds.proto',
  ],
  ACK: ['Envoy accepted a piece of configuration.', 'meshctl proxy-status', XDS],
}
