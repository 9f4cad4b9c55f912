/** Words of the mesh as findings and tables use them, each with what it means and a question that leads on (istio.io glossary and concepts; Envoy's terminology). */
export const MESH_TERMS: Readonly<Record<string, readonly [meaning: string, next: string]>> = {
  sidecar: [
    "The container istio-proxy next to an application: Envoy and its agent. The pod's connections go through it.",
    'meshctl check-inject POD says whether a pod gets one, and why',
  ],
  'native sidecar': [
    'A sidecar among the initContainers with restartPolicy Always: it starts before the application and ends after it, so that Jobs can end.',
    'meshctl explain MCT1418',
  ],
  injection: [
    'The webhook of istiod adds the sidecar when a pod is created, never later. Labels of namespace and pod decide.',
    'meshctl check-inject POD',
  ],
  revision: [
    'One of several istiods, with its own webhook, named by istio.io/rev. A tag is another name for one.',
    'meshctl explain MCT1205',
  ],
  capture: [
    "Kernel rules lead the pod's TCP connections to Envoy: outbound ones to 15001, inbound ones to 15006.",
    'meshctl iptables POD',
  ],
  drift: [
    'iptables rules that differ from those the pod was started with: traffic bypasses the sidecar, or is captured unexpectedly.',
    'meshctl iptables POD --drift',
  ],
  mtls: [
    'TLS in which both sides show a certificate; between pods of the mesh the sidecars or ztunnel do it with the certificates of the mesh.',
    'meshctl describe pod POD shows what a port demands',
  ],
  strict: [
    'A PeerAuthentication mode: the port takes mTLS only. Clients without a sidecar are refused.',
    'meshctl describe pod POD',
  ],
  permissive: [
    'A PeerAuthentication mode, and the default: the port takes mTLS and plaintext.',
    'meshctl describe pod POD',
  ],
  xds: [
    'The protocol by which istiod configures Envoy: clusters (CDS), endpoints (EDS), listeners (LDS), routes (RDS), secrets (SDS).',
    'meshctl proxy-status',
  ],
  nack: ['Envoy refuses a piece of configuration and keeps what it had.', 'meshctl explain MCT1902'],
  stale: [
    'istiod has sent configuration and Envoy has not answered yet; longer than some seconds is not an accident.',
    'meshctl explain MCT1907',
  ],
  passthrough: [
    'Traffic for which Envoy has no service, passed through as bytes to its original destination.',
    'meshctl proxy-config cluster POD --fqdn PassthroughCluster',
  ],
  subset: [
    'A named part of the pods behind a host, by labels, defined in a DestinationRule and used in routes.',
    'meshctl describe service NAME',
  ],
  istiod: [
    'The control plane: it configures proxies, signs their certificates and injects sidecars.',
    'meshctl proxy-status',
  ],
  ambient: [
    'A mesh without sidecars: ztunnel on each node carries mTLS for the pods there, waypoints do what needs HTTP.',
    'meshctl explain MCT1602',
  ],
  ztunnel: [
    'The proxy of each node in ambient mode; it carries TCP with mTLS and does not parse HTTP.',
    'meshctl explain ambient',
  ],
  waypoint: [
    'The Envoy in front of services or a namespace in ambient mode, for routes and policies about HTTP.',
    'meshctl explain ambient',
  ],
  hbone: ['The tunnel between proxies in ambient mode: HTTP/2 CONNECT over mTLS, port 15008.', 'meshctl explain 15008'],
}

/** Other spellings of those words. */
const SAME: Readonly<Record<string, string>> = {
  'mutual tls': 'mtls',
  'istio-proxy': 'sidecar',
  cds: 'xds',
  eds: 'xds',
  lds: 'xds',
  rds: 'xds',
  sds: 'xds',
  ads: 'xds',
  tag: 'revision',
  interception: 'capture',
  passthroughcluster: 'passthrough',
  'native-sidecar': 'native sidecar',
}

/** The word a term is explained under, in whatever case and spelling it was typed. */
export function termNamed(word: string): string | undefined {
  const lower = word.trim().toLowerCase()
  const name = Object.hasOwn(SAME, lower) ? SAME[lower] : lower
  return name !== undefined && Object.hasOwn(MESH_TERMS, name) ? name : undefined
}
