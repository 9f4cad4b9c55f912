import type {LogMessage} from './message.js'

const INJECT = 'https://istio.io/latest/docs/ops/common-problems/injection/'
const HEALTH = 'https://istio.io/latest/docs/ops/configuration/mesh/app-health-check/'
const K8S = 'https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/'
const PSA = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/'

/** Events and errors of Kubernetes that the mesh causes or that look like the mesh's. */
export const KUBERNETES_MESSAGES: readonly LogMessage[] = [
  [
    /failed calling webhook.*certificate has expired/i,
    'The certificate of the webhook that the message names has expired, so the API server does not call it: with failurePolicy Fail its objects (pods, for an injector) are not created. Its control plane (istiod, linkerd-proxy-injector, ...) renews it, or who installed it must.',
    'Restart the Deployment behind the webhook; where its certificate is a Secret of an installation (Linkerd, cert-manager), renew that: linkerd check, meshctl certs',
    'https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/',
  ],
  [
    /probe failed.*:15020\/app-health\/.*(connection refused|connection reset|EOF|Client\.Timeout|deadline)/i,
    'The probe was rewritten to port 15020 of pilot-agent, and the agent did not answer: the container istio-proxy is not running (yet) or was stopped. The probe says nothing about the application.',
    'kubectl logs POD -c istio-proxy, and kubectl get pod POD: is istio-proxy started before the application?',
    HEALTH,
  ],
  [
    /failed calling (?:admission )?webhook "\S*validation\S*istio\S*".*(connection refused|no endpoints available|not found|no such host|EOF)/i,
    'The validation webhook has no istiod behind it (pod port 15017): istiod is down, not ready yet or of a removed revision. Istio objects cannot be created or changed until it answers; pods are not concerned.',
    'kubectl get pods -n istio-system; meshctl explain MCT1208',
    INJECT,
  ],
  [
    /failed calling (?:admission )?webhook "\S*validation\S*istio\S*".*(context deadline exceeded|i\/o timeout|Client\.Timeout)/i,
    'The API server cannot reach the validation webhook of istiod (Service istiod:443, pod port 15017): a firewall or security group between the control plane and the nodes blocks 15017, or istiod does not answer. Istio objects cannot be created or changed.',
    'Allow 15017 from the API server to the nodes (private GKE and EKS clusters need a rule), and check that istiod is ready.',
    INJECT,
  ],
  [
    /failed calling (?:admission )?webhook.*(istio|sidecar|injector|namespace\.).*(context deadline exceeded|i\/o timeout|Client\.Timeout)/i,
    'The API server cannot reach the injection webhook of istiod (Service istiod:443, pod port 15017): a firewall or security group between the control plane and the nodes blocks 15017, or istiod does not answer. Pods are not created.',
    'Allow 15017 from the API server to the nodes (private GKE and EKS clusters need a rule), and check that istiod is ready.',
    INJECT,
  ],
  [
    /failed calling (?:admission )?webhook.*(x509|certificate)/i,
    'The API server does not trust the webhook of istiod: its caBundle is old or was overwritten. Pods are not created.',
    'meshctl explain MCT1208',
    INJECT,
  ],
  [
    /failed calling (?:admission )?webhook.*(connection refused|no endpoints available|not found|no such host)/i,
    'The injection webhook has no istiod behind it: istiod is down, or the webhook belongs to a revision that was removed. Pods are not created.',
    'kubectl get pods -n istio-system; meshctl explain MCT1208',
    INJECT,
  ],
  [
    /failed calling (?:admission )?webhook/i,
    'The API server could not call an admission webhook; the text after it is the reason. Objects are not created.',
    'kubectl get mutatingwebhookconfigurations,validatingwebhookconfigurations',
    INJECT,
  ],
  [
    /admission webhook "[^"]*istio[^"]*" denied|admission webhook "validation\S*" denied/i,
    'The validation webhook of istiod refused the object; the text after it is the reason.',
    'Correct the field the message names.',
    'https://istio.io/latest/docs/ops/common-problems/validation/',
  ],
  [
    /(violates PodSecurity|pod security policy).*(NET_ADMIN|NET_RAW|istio-init)|istio-init.*(NET_ADMIN|NET_RAW)/i,
    'Pod Security of the namespace (or a PodSecurityPolicy) forbids NET_ADMIN and NET_RAW, which istio-init needs. The pod is not created.',
    'Use the CNI plugin, or label the namespace privileged: meshctl explain NET_ADMIN',
    PSA,
  ],
  [
    /unable to validate against any security context constraint/i,
    'OpenShift: no SecurityContextConstraint of the service account allows what the pod asks for. istio-init needs NET_ADMIN and NET_RAW, and a sidecar with uid 1337 is outside the range of the namespace. The pod is not created.',
    'Use the CNI plugin with the openshift profile (the proxy then takes a uid of the namespace), or grant the SCC anyuid with the capabilities to the service account: meshctl explain NET_ADMIN',
    'https://istio.io/latest/docs/setup/platform-setup/openshift/',
  ],
  [
    /SecurityContext\.RunAsUser is forbidden|(runAsUser|RunAsUser).{0,60}(is forbidden|not allowed|must be in the ranges)/,
    'An admission plugin (SecurityContextDeny, a PodSecurityPolicy, an SCC) forbids a uid of its own in the pod: istio-init runs as 0 and istio-proxy as 1337. The pod is not created.',
    'Use the CNI plugin, and allow uid 1337 to the namespace (Kubernetes before 1.30: disable SecurityContextDeny): meshctl explain 1337',
    PSA,
  ],
  [
    /violates PodSecurity|unable to validate against any (security context constraint|pod security policy)/i,
    'The security policy of the namespace forbids what the pod asks for. The pod is not created.',
    'Change the securityContext, or the policy of the namespace.',
    PSA,
  ],
  [
    /Apply failed with \d+ conflicts?: conflicts? with|conflict occurred while applying object/i,
    'A field of an object that Helm or kubectl applies (server-side) has another owner: a controller wrote it since, such as istiod or a cloud’s admission controller in webhook configurations. The object stays as it is.',
    'Leave the field to its owner, or take it over: --force-conflicts (kubectl, Helm 4), after reading which manager the message names',
    'https://kubernetes.io/docs/reference/using-api/server-side-apply/',
  ],
  [
    /exceeded its progress deadline/i,
    'A rollout makes no progress: new pods do not become ready, or are not created. The events of the Deployment, its ReplicaSet and the new pods say why.',
    'kubectl describe deploy NAME; kubectl get pods; then meshctl check deploy/NAME',
    'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/',
  ],
  [
    /waiting for CertificateRequest to become ready/i,
    'A CertificateRequest of cert-manager is not signed yet. If it stays so, its issuer does not exist or is not ready, or the request was not approved.',
    'kubectl describe certificaterequest NAME   # conditions; then kubectl get issuers,clusterissuers',
    'https://cert-manager.io/docs/usage/certificaterequest/',
  ],
  [
    /cannot be imported into the current release|invalid ownership metadata/i,
    'Helm refuses to take over an object that exists and is not of this release: Istio was installed there before by istioctl or by a Helm release of another name or namespace.',
    'Remove the earlier installation, or give the object the labels and annotations of this release (app.kubernetes.io/managed-by: Helm, meta.helm.sh/release-name and -namespace).',
    'https://istio.io/latest/docs/setup/install/helm/',
  ],
  [
    /no matches for kind "?\w+"? in version "?(networking|security|telemetry|extensions|install|config|authentication|rbac)\S*istio\.io|ensure CRDs are installed first/i,
    'The API server does not know this kind or version: the CRDs of Istio are not installed (chart base), or the manifest is of a release whose kind was removed.',
    'kubectl get crd | grep istio.io; install the chart base of this release first',
    'https://istio.io/latest/docs/setup/install/helm/',
  ],
  [
    /exceeded quota|must specify (limits|requests|cpu|memory)/i,
    'The quota of the namespace is used up, or demands limits for every container, the sidecar too. The pod is not created.',
    'kubectl describe resourcequota -n NAMESPACE; set sidecar.istio.io/proxyCPULimit and proxyMemoryLimit',
    K8S,
  ],
  [
    /(Readiness|Startup) probe failed.*(15021|15020|healthz\/ready)|istio-proxy.*(Readiness|readiness) probe failed|(Readiness|Startup) probe failed: HTTP probe failed with statuscode: 503/i,
    'The sidecar is not ready: Envoy has no configuration yet or is shutting down (15021/healthz/ready answers 503 or not at all).',
    'kubectl logs POD -c istio-proxy, and meshctl check POD: meshctl explain MCT1901',
    HEALTH,
  ],
  [
    /(Readiness|Liveness|Startup) probe failed.*(connection reset|EOF|malformed|statuscode: 503)/i,
    'The probe reached the proxy and not the application: with STRICT mTLS the kubelet has no certificate; probe rewriting is off, or the probe is of a kind that is not rewritten.',
    'meshctl explain MCT1411',
    HEALTH,
  ],
  [
    /(Readiness|Liveness|Startup) probe failed.*(connection refused)/i,
    'Nothing listens on the port of the probe: the application is not up yet, crashed, or listens on another address.',
    'meshctl ports POD',
    HEALTH,
  ],
  [
    /(Readiness|Liveness|Startup) probe failed.*(timeout|deadline exceeded|Client\.Timeout)/i,
    'The probe got no answer in time.',
    'Raise timeoutSeconds, or look at the CPU limits of the pod.',
    HEALTH,
  ],
  [
    /(Readiness|Liveness|Startup) probe failed.*(404|401|403|500)/i,
    'The application answered the probe with an error.',
    'Check the path of the probe.',
    HEALTH,
  ],
  [
    /FailedPostStartHook|PostStartHookError/i,
    'The postStart hook failed: with holdApplicationUntilProxyStarts pilot-agent wait gave up because the proxy did not become ready.',
    'kubectl logs POD -c istio-proxy: meshctl explain MCT1416',
    HEALTH,
  ],
  [
    /Back-off restarting failed container.*istio-init|Init:(Error|CrashLoopBackOff)/i,
    'An init container fails and is restarted. If it is istio-init, the rules could not be written; if it needs the network, the sidecar is not running yet.',
    'kubectl logs POD -c istio-init: meshctl explain MCT1423',
    K8S,
  ],
  [
    /CrashLoopBackOff|Back-off restarting failed container/i,
    'A container ends again and again.',
    'kubectl logs POD -c CONTAINER --previous',
    K8S,
  ],
  [
    /OOMKilled|exit code 137|Exit Code:\s+137/i,
    'A container was killed for lack of memory.',
    'Raise its memory limit; for istio-proxy reduce the configuration with a Sidecar object.',
    K8S,
  ],
  [
    /(ErrImagePull|ImagePullBackOff|Failed to pull image).*/i,
    'An image cannot be pulled. "auto" as image means that the pod was not injected.',
    'Check the image name and the pull secret: meshctl explain IST0147',
    K8S,
  ],
  [
    /MountVolume\.SetUp failed.*istio-ca-root-cert|configmap "istio-ca-root-cert" not found/i,
    'The ConfigMap istio-ca-root-cert is missing in the namespace; istiod creates it in every namespace it watches.',
    'Check that istiod runs and that discoverySelectors include the namespace.',
    INJECT,
  ],
  [
    /MountVolume\.SetUp failed.*istio-token/i,
    'The service account token for istiod cannot be issued.',
    'Check that the API server supports projected tokens with audience istio-ca.',
    INJECT,
  ],
  [
    /failed to setup network for sandbox.*istio-cni|plugin type="istio-cni".*failed/i,
    'The CNI plugin of Istio failed, so the pod does not start; the text after it is the reason.',
    'Read the log of istio-cni-node on the node of the pod.',
    'https://istio.io/latest/docs/setup/additional-setup/cni/',
  ],
  [
    /FailedCreatePodSandBox/i,
    'The network of the pod could not be set up; the text after it is the reason.',
    'Read the log of the CNI plugin on the node.',
    K8S,
  ],
  [
    /FailedCreate\b|Error creating: /,
    'The controller could not create its pods; the text after it is the reason.',
    'kubectl describe rs,job -n NAMESPACE',
    K8S,
  ],
]
