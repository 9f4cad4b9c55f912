import type {LogMessage} from './message.js'

const XDS = 'istio/istio pilot/pkg/xds'
const INJECT = 'https://istio.io/latest/docs/ops/common-problems/injection/'
const CA = 'istio/istio security/pkg/server/ca'
const MODEL = 'istio/istio pilot/pkg/model'

/** Messages of istiod (container discovery). */
export const ISTIOD_MESSAGES: readonly LogMessage[] = [
  [
    /(?:mutating|validating)webhookconfigurations?\b.{0,300}the object has been modified/i,
    'Two writers patch one webhook configuration at the same time, as istiod does with its caBundle: another replica or revision of istiod, or a tool that applies the manifest again. Once is harmless; on and on, the writers have different CA certificates, and injection fails by turns.',
    'Compare the caBundle with the root of each istiod: meshctl explain MCT1208; kubectl get mutatingwebhookconfiguration NAME -o yaml --show-managed-fields',
    'https://istio.io/latest/docs/ops/common-problems/injection/',
  ],
  [
    /the object has been modified; please apply your changes to the latest version/i,
    'Two writers changed one object at the same time (a conflict): istiod reads it again and retries. It is harmless, unless it goes on: then another controller or a second istiod writes the same field again and again.',
    'Nothing, if it stops; otherwise see managedFields of the object: kubectl get KIND NAME -o yaml --show-managed-fields',
    'https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions',
  ],
  [
    /certificate is not authorized to sign other certificates/i,
    'istiod does not start: the CA certificate it was given (Secret cacerts, or the one of cert-manager) may not sign others: it is not a CA (basic constraints CA:TRUE, key usage certificate sign), as one issued for a server.',
    'Issue ca-cert.pem as a CA (isCA: true in a Certificate of cert-manager), replace the Secret cacerts, and restart istiod: meshctl certs -f ca-cert.pem',
    'https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/',
  ],
  [
    /pilot_conflict_inbound_listener|Conflicting inbound listener/i,
    'Two Services select the pod and claim the same inbound listener (one port of the pod): istiod builds it for the Service that it names as existing, and the protocol of the incoming one is ignored.',
    'Give both Services one protocol for the port (port name or appProtocol), or different targetPorts: meshctl explain MCT1103',
    MODEL,
  ],
  [
    /pilot_conflict_outbound_listener/i,
    'Push status of istiod: the outbound listeners named below it are claimed by two Services with different protocols.',
    'meshctl explain MCT1103',
    MODEL,
  ],
  [
    /Listener=\S+ Accepted(HTTP|TCP)=.*Rejected(HTTP|TCP)=/i,
    'Two Services claim one address and port with different protocols (TCP and HTTP): istiod built the listener for the one it names as accepted, and the rejected one is not served there as declared.',
    'Give the two Services different ports, or declare one protocol for both (port name or appProtocol): meshctl explain MCT1103',
    MODEL,
  ],
  [
    /ADS:(LDS|CDS|RDS|EDS|SDS|ECDS): ACK ERROR|(LDS|CDS|RDS|EDS|ECDS): ACK ERROR/i,
    'A proxy rejected what istiod sent (NACK) and keeps its previous configuration; the text after it is the reason.',
    'meshctl proxy-status: meshctl explain MCT1902',
    XDS,
  ],
  [
    /missing parts in the service node|invalid node type|invalid IP .{0,60}service node|(node|service node) .{0,40}(cannot be parsed|malformed)/i,
    'The control plane (istiod) does not understand the node ID of the proxy: it expects TYPE~IP~NAME.NAMESPACE~DOMAIN, such as sidecar~10.1.2.3~web-0.shop~shop.svc.cluster.local. An Envoy that was not started by pilot-agent has another id.',
    'Start the proxy with pilot-agent, or set node.id (--service-node) in that format',
    XDS,
  ],
  [
    /Failed to authenticate client|request authenticate failure|authenticat(e|ion) (failed|failure).*(JWT|token|client cert)|failed to validate the JWT|token review.*(failed|error)|invalid bearer token|token (has )?expired|oidc: (id token|verification)|Authentication failed/i,
    'istiod does not accept the token of a proxy: it has expired, has another audience, is of another cluster, or its pod or service account was deleted.',
    'Check the audience (istio-ca) and the issuer of the cluster; for remote clusters the remote secret.',
    CA,
  ],
  [
    /CSR signing error|failed to sign CSR|CSR Generation|not authorized to impersonate|caller .* (impersonate|authorize)/i,
    'istiod (its CA) refused or could not sign a certificate request; the text after it is the reason.',
    'Compare the identity in the message with the service account of the pod.',
    CA,
  ],
  [
    /(x509|tls|remote error).*(certificate signed by unknown authority|bad certificate|unknown certificate).*(webhook|15017|:443)|http: TLS handshake error from .*(bad certificate|unknown certificate)/i,
    'A client of the webhooks does not trust istiod: the caBundle of a webhook configuration is old, or another control plane owns it.',
    'meshctl explain MCT1208',
    INJECT,
  ],
  [
    /http: TLS handshake error from .*: EOF|TLS handshake error from .*(connection reset|i\/o timeout)/i,
    'A client opened a TLS connection and gave up: usually a health check or the API server.',
    'Nothing is wrong unless it repeats at injection.',
    INJECT,
  ],
  [
    /service \S+ (at shard \S+ )?has no endpoints/i,
    'istiod has no endpoints for this Service any more: none of the pods that its selector matches is ready. Callers get 503 (UH) until one is. While istiod or the pods start this is normal.',
    'kubectl get endpoints -n NAMESPACE, and the readiness of its pods: meshctl describe pod POD',
    XDS,
  ],
  [
    /\bLDS: PUSH\b.*\b(resources|listeners):0\b/i,
    'istiod sent this proxy no listeners at all. A gateway gets none as long as no Gateway selects its pods (labels of the pod, namespace) or all are invalid: it opens no port, and clients are refused.',
    'Compare the selector of the Gateway with the labels of the gateway pods: meshctl analyze; meshctl explain IST0101',
    XDS,
  ],
  [
    /dummy invalid (config )?rejected for the wrong reason/i,
    'istiod tests its own validation webhook with an invalid object, and the API server could not call the webhook: the error behind it says why. Until it works the webhook stays at failurePolicy Ignore, so invalid Istio objects are accepted. In the first seconds after a start it is normal.',
    'kubectl get endpoints istiod -n istio-system; can the API server reach istiod on 15017 (private clusters need a firewall rule)?',
    'https://istio.io/latest/docs/ops/common-problems/validation/',
  ],
  [
    /dummy invalid config not rejected/i,
    'istiod tests its own validation webhook with an invalid object, which the API server accepted: the webhook does not work yet, as in the first seconds after a start.',
    'Nothing is wrong, unless it repeats for minutes: then check the caBundle and the Service of the webhook: meshctl explain MCT1208',
    'https://istio.io/latest/docs/ops/common-problems/validation/',
  ],
  [
    /(Push|push) .*(debounce|Push debounce stable)|XDS: Pushing|Full push, new service|Incremental push|ADS: new (delta )?connection|ADS:.*(terminated|connected)|(LDS|CDS|RDS|EDS|NDS|SDS): PUSH( request| INC)?/i,
    'istiod sends configuration to proxies, or a proxy connected or left.',
    'Nothing is wrong.',
    XDS,
  ],
  [
    /Timeout .*(waiting for|push)|push (queue|timed out|timeout)|Repeated (push|failure to push)|Failed to push|watchdog/i,
    'istiod needs too long to send configuration: it is overloaded, or a proxy does not read.',
    'Limit the configuration with Sidecar objects, or scale istiod: meshctl proxy-status',
    XDS,
  ],
  [
    /(duplicate|Duplicate|conflict).*(hostname|host|listener|cluster|subset|virtual ?service)|pilot_conflict|ProxyStatus/i,
    'istiod found two objects that claim the same name, host or port, and used one of them.',
    'meshctl explain IST0109',
    MODEL,
  ],
  [
    /failed to (fetch|get) (the )?(jwks|public key|JWT public key)|JwtKeyResolver.*(fail|error)|Failed to (fetch|refresh) (jwt )?public key/i,
    'istiod could not fetch the keys (JWKS) of a RequestAuthentication: tokens of this issuer are rejected with 401.',
    'Check that jwksUri is reachable from istiod (egress, proxy, certificate).',
    MODEL,
  ],
  [
    /Injection (failed|error)|failed to (run injection template|inject)|template: inject.*error|failed to execute template/i,
    'The injection of a pod failed in istiod: an annotation is invalid or the template has an error. The pod is not created.',
    'meshctl check-inject POD',
    INJECT,
  ],
  [
    /(Skipping|skipping) injection|Skipping .* due to (policy|annotations)/i,
    'istiod did not inject the pod; the text after it is the reason (hostNetwork, label, neverInjectSelector).',
    'meshctl check-inject POD',
    INJECT,
  ],
  [
    /(failed|unable|Failed).*(leader election|acquire lease|renew lease)|lost lease|error retrieving resource lock|leaderelection.*(lost|failed)/i,
    'istiod lost or could not take the leader lease: duties such as status and webhook patches pause.',
    'Look at the API server and the permissions of istiod.',
    'istio/istio pilot/pkg/leaderelection',
  ],
  [
    /(failed to list|Failed to watch|failed to watch|reflector).*(forbidden|Unauthorized|connection refused|the server could not find)/i,
    'istiod cannot read objects from the API server: permissions are missing, CRDs are not installed, or the API server is not reachable.',
    'kubectl auth can-i --list --as system:serviceaccount:istio-system:istiod; install the CRDs',
    'istio/istio pkg/kube',
  ],
  [
    /validation(Server|server)?.*(failed|error|denied)|admission webhook "(validation|rev\.validation)\S*" denied|configuration is invalid/i,
    'The validation webhook of istiod refused an object; the text after it is the reason.',
    'Correct the field the message names.',
    'https://istio.io/latest/docs/ops/common-problems/validation/',
  ],
  [
    /MCP (sink|source|client|stream)|mcp.{0,40}(stream|sink|connection)/i,
    'Pilot (Istio 1.1 to 1.4) has no connection to Galley (MCP, port 9901), from which it gets the Istio objects: changed VirtualServices, Gateways and rules do not reach the proxies until it has. istiod reads objects itself since 1.5.',
    'kubectl get pods,endpoints -n istio-system: is istio-galley ready; then NetworkPolicies on 9901',
    MODEL,
  ],
  [
    /Proxy not connected to this Pilot instance/i,
    'This replica of istiod does not have the connection of the proxy: another replica has it, or the proxy is not connected at all.',
    'meshctl proxy-status',
    XDS,
  ],
  [
    /failed to (update|patch) .*(webhook|caBundle)|Updating caBundle.*fail/i,
    'istiod could not write the caBundle into a webhook configuration: injection fails until it can.',
    'meshctl explain MCT1208',
    INJECT,
  ],
  [
    /endpoint.* (not found|without pod|missing)|pod .* not found.*endpoint|Endpoint without pod/i,
    'An endpoint arrived before its pod; normal for a moment after a rollout.',
    'meshctl proxy-config endpoint POD',
    MODEL,
  ],
  [
    /remote cluster|remote secret.*(fail|error|timeout)|Remote cluster .* (failed|timed? ?out)|Failed to (create|sync) remote (cluster|client)/i,
    'istiod has a problem with a remote cluster: its endpoints are missing until it can read that API server.',
    'istioctl remote-clusters; check the remote secret and the address of that API server',
    'https://istio.io/latest/docs/ops/diagnostic-tools/multicluster/',
  ],
]
