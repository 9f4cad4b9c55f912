import type {Vocabulary} from './entry.js'

const EGRESS = 'https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/'
const MONITOR = 'https://istio.io/latest/blog/2019/monitoring-external-service-traffic/'

/** Names Istio gives to Envoy's clusters, listeners, chains and routes. */
export const CLUSTER_NAMES: Vocabulary = {
  BlackHoleCluster: [
    'The cluster without endpoints that drops traffic: under REGISTRY_ONLY everything whose destination is not in the service registry ends here (TCP is reset; HTTP gets 502 from the route block_all). Traffic sent straight to 15001 or 15006 is dropped here too.',
    'Add a ServiceEntry for the host, or set outboundTrafficPolicy ALLOW_ANY: meshctl proxy-config listener POD',
    MONITOR,
  ],
  PassthroughCluster: [
    'Traffic whose destination is not in the service registry, forwarded to its original address without routes, retries or mTLS (outboundTrafficPolicy ALLOW_ANY). A destination inside the mesh that shows up here is not known to this proxy: a Sidecar, exportTo or a missing Service port hides it.',
    'meshctl proxy-config cluster POD --fqdn PassthroughCluster',
    MONITOR,
  ],
  InboundPassthroughCluster: [
    'Inbound traffic to a port that no Service of the pod names, forwarded to the application unchanged.',
    'Add the port to the Service: meshctl proxy-config listener POD --port 15006',
    EGRESS,
  ],
  InboundPassthroughClusterIpv4: [
    'The InboundPassthroughCluster of releases before 1.20, for IPv4.',
    'meshctl explain InboundPassthroughCluster',
    EGRESS,
  ],
  InboundPassthroughClusterIpv6: [
    'The InboundPassthroughCluster of releases before 1.20, for IPv6.',
    'meshctl explain InboundPassthroughCluster',
    EGRESS,
  ],
  UnknownService: [
    'The cluster of a route whose host was unknown when istiod made the configuration: requests get 503 NC.',
    'Check the destination host of the VirtualService.',
    EGRESS,
  ],
  inner_connect_originate: [
    'The cluster of a waypoint or east-west gateway that opens the inner tunnel of two (double HBONE) to a workload of another network.',
    'meshctl proxy-config cluster POD; then the east-west gateway of the other network',
    'https://istio.io/latest/docs/ambient/install/multicluster/',
  ],
  block_all: [
    'The route of REGISTRY_ONLY: HTTP to a host that is not in the service registry gets 502.',
    'meshctl explain REGISTRY_ONLY',
    EGRESS,
  ],
  allow_any: [
    'The route of ALLOW_ANY: HTTP to a host that is not in the service registry goes to PassthroughCluster.',
    'meshctl explain PassthroughCluster',
    EGRESS,
  ],
  'blackhole:80': [
    'The virtual host of a gateway port to which no VirtualService or HTTPRoute is bound: every request gets 404.',
    'Bind a VirtualService to the Gateway: its gateways and hosts must match.',
    EGRESS,
  ],
  virtualOutbound: [
    'The listener on 15001 that receives captured outbound connections and hands each to the listener of its original destination.',
    'meshctl proxy-config listener POD --port 15001',
    EGRESS,
  ],
  virtualInbound: [
    'The listener on 15006 that receives captured inbound connections; its filter chains hold the mTLS mode of each port.',
    'meshctl proxy-config listener POD --port 15006',
    EGRESS,
  ],
  virtual: [
    'The listener on 15001 of releases before 1.3, for both directions.',
    'meshctl proxy-config listener POD --port 15001',
    EGRESS,
  ],
  connect_terminate: [
    'The listener of a waypoint or sidecar on 15008 that ends HBONE tunnels.',
    'meshctl explain HBONE',
    EGRESS,
  ],
  connect_originate: [
    'The internal listener that wraps a connection in an HBONE tunnel.',
    'meshctl explain HBONE',
    EGRESS,
  ],
  main_internal: [
    'The internal listener of a waypoint that routes what comes out of HBONE tunnels.',
    'meshctl explain waypoint',
    EGRESS,
  ],
  'xds-grpc': ['The connection of Envoy to its control plane, through the agent.', 'meshctl proxy-status', EGRESS],
  'sds-grpc': ['The connection of Envoy to its agent for certificates.', 'meshctl proxy-config secret POD', EGRESS],
  agent: ['The connection of Envoy to pilot-agent (health and merged metrics).', 'meshctl explain 15020', EGRESS],
  prometheus_stats: ["The connection to Envoy's own metrics.", 'meshctl explain 15090', EGRESS],
  zipkin: ['The connection to the tracing collector.', 'meshctl proxy-config cluster POD --fqdn zipkin', EGRESS],
}
