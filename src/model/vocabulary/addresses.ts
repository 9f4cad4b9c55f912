import type {Vocabulary} from './entry.js'

const REQS = 'https://istio.io/latest/docs/ops/deployment/application-requirements/'
const DNS = 'https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/'
const AMBIENT = 'https://istio.io/latest/docs/ambient/usage/networkpolicy/'

/** Addresses, users and ports of the mesh that are not listeners of a pod. */
export const ADDRESSES: Vocabulary = {
  '127.0.0.6': [
    'The source address Envoy uses for connections to the application in its own pod, so that they are not captured again. In access logs it is the upstream local address of inbound requests.',
    'meshctl iptables POD',
    REQS,
  ],
  '::6': ['The IPv6 counterpart of 127.0.0.6.', 'meshctl explain 127.0.0.6', REQS],
  '127.0.0.1': [
    'Loopback. An application that listens only here is not reached through the mesh since Istio 1.10.',
    'meshctl explain MCT1501',
    REQS,
  ],
  '169.254.7.127': [
    'The source address that istio-cni gives to probes of the kubelet for ambient pods, so that they are not captured.',
    'meshctl explain ambient',
    AMBIENT,
  ],
  'fd16:9254:7127:1337:ffff:ffff:ffff:ffff': [
    'The IPv6 counterpart of 169.254.7.127.',
    'meshctl explain 169.254.7.127',
    AMBIENT,
  ],
  '127.0.0.11': [
    "Docker's DNS resolver; Docker redirects it to a port of its own.",
    'meshctl iptables -f FILE',
    'https://docs.docker.com/engine/network/',
  ],
  '169.254.169.254': [
    'The metadata service of cloud providers. Exclude it from capture if workloads need it: traffic.sidecar.istio.io/excludeOutboundIPRanges.',
    'meshctl packet POD --out tcp://169.254.169.254:80',
    REQS,
  ],
  '240.240.0.0/16': [
    'Addresses Istio invents for ServiceEntries without an address (DNS proxying, auto allocation). Only the sidecar knows them.',
    'meshctl explain 15053',
    DNS,
  ],
  '2001:2::/48': [
    'IPv6 addresses Istio invents for ServiceEntries without an address.',
    'meshctl explain 240.240.0.0/16',
    DNS,
  ],
  '1337': [
    'The user and group id of the sidecar (istio-proxy). Its traffic is not captured, so an application must not run with it. It is not a port of the mesh.',
    'meshctl explain MCT1001',
    REQS,
  ],
  '2102': [
    'The user id of linkerd-proxy, whose traffic Linkerd does not capture.',
    'meshctl iptables -f FILE',
    'https://linkerd.io/2/reference/iptables/',
  ],
}

/** Ports that belong to Services and addons rather than to a pod's own sidecar. */
export const SERVICE_PORTS: Vocabulary = {
  '443': [
    "The port of the Service istiod for webhooks (injection and validation): the API server connects to it and lands on 15017. Otherwise HTTPS of any kind; a gateway's 443 is usually 8443 in its pod.",
    'meshctl explain 15017',
    REQS,
  ],
  '15443': [
    'The port of east-west and ingress gateways for traffic of other networks and clusters: TLS with SNI, AUTO_PASSTHROUGH.',
    'Check that the gateway has a server on 15443 with tls.mode AUTO_PASSTHROUGH.',
    REQS,
  ],
  '15003': ['Old: listener of Istio before 1.0 for plaintext discovery.', 'meshctl explain Pilot', REQS],
  '15005': ['Old: discovery of Istio before 1.0 over mTLS.', 'meshctl explain Pilot', REQS],
  '15007': ['Old: HTTP discovery (v1 API) of Istio 0.8 and before.', 'meshctl explain Pilot', REQS],
  '15011': ['Old: discovery over mTLS in Istio 1.0 to 1.4; since 1.5 it is 15012.', 'meshctl explain 15012', REQS],
  '9091': ['Old: Mixer (checks and reports) in Istio before 1.8.', 'meshctl explain Mixer', REQS],
  '8060': ['Old: Citadel (certificate requests) in Istio before 1.5.', 'meshctl explain Citadel', REQS],
  '9901': [
    'Old: Galley (configuration) in Istio 1.1 to 1.4. Outside Istio the usual admin port of Envoy.',
    'meshctl explain Galley',
    REQS,
  ],
  '15029': ['Port of the ingress gateway for Kiali in Istio 1.1 to 1.5.', 'meshctl proxy-config listener POD', REQS],
  '15030': [
    'Port of the ingress gateway for Prometheus in Istio 1.1 to 1.5.',
    'meshctl proxy-config listener POD',
    REQS,
  ],
  '15031': ['Port of the ingress gateway for Grafana in Istio 1.1 to 1.5.', 'meshctl proxy-config listener POD', REQS],
  '15032': ['Port of the ingress gateway for tracing in Istio 1.1 to 1.5.', 'meshctl proxy-config listener POD', REQS],
  '31400': ['The example TCP port of the ingress gateway.', 'meshctl proxy-config listener POD --port 31400', REQS],
  '8443': [
    "The port in an ingress gateway's pod behind 443 of its Service.",
    'meshctl proxy-config listener POD --port 8443',
    REQS,
  ],
  '9411': ['Zipkin (tracing).', 'meshctl proxy-config cluster POD --fqdn zipkin', REQS],
  '20001': ['Kiali.', 'kubectl get svc -n istio-system kiali', REQS],
  '31380': [
    'The usual node port of the ingress gateway for port 80 in old installations.',
    'kubectl get svc -n istio-system istio-ingressgateway',
    REQS,
  ],
  '31390': [
    'The usual node port of the ingress gateway for port 443 in old installations.',
    'kubectl get svc -n istio-system istio-ingressgateway',
    REQS,
  ],
  '4140': [
    'The outbound port of linkerd-proxy.',
    'meshctl iptables -f FILE',
    'https://linkerd.io/2/reference/iptables/',
  ],
  '4143': [
    'The inbound port of linkerd-proxy.',
    'meshctl iptables -f FILE',
    'https://linkerd.io/2/reference/iptables/',
  ],
}
