/** Why pods are not created or do not start, as the API server, controllers, the scheduler and the kubelet word it. */
export interface FailureCause {
  /** Words of the message that tell the cause; linear in its length. */
  readonly test: RegExp
  /** Reasons that tell the cause whatever the message; else the message has to. */
  readonly reasons?: readonly string[]
  readonly severity: 'error' | 'warning'
  readonly text: string
  readonly fix: string
}

const FIREWALL =
  'Open port 15017 (istiod, behind port 443 of its Service) from the API server to the nodes: a firewall rule or security group of a private cluster usually blocks it; then check that istiod is running.'

/** Reasons of an end that was not a run: the runtime could not start the container (containerd and CRI-O; dockershim). */
export const START_FAILURES: readonly string[] = ['StartError', 'ContainerCannotRun']

/** Matches no message: the reason alone says the cause. */
const NOTHING = /(?!)/

/** One row for each cause, most specific first (Kubernetes: admission plugins, kubelet and scheduler sources; istio.io, "Sidecar Injection Problems"). */
const FAILURE_CAUSES: readonly FailureCause[] = [
  {
    test: /violates PodSecurity.*(NET_ADMIN|NET_RAW|istio-)/,
    severity: 'error',
    text: 'Pod Security admission rejects what injection adds',
    fix: 'Install the Istio CNI plugin, so that no container needs NET_ADMIN and NET_RAW, or label the namespace pod-security.kubernetes.io/enforce: privileged.',
  },
  {
    test: /violates PodSecurity/,
    severity: 'error',
    text: 'Pod Security admission rejects the pod',
    fix: 'Change the fields the message names, or the level in the label pod-security.kubernetes.io/enforce of the namespace.',
  },
  {
    test: /failed quota|must specify (limits|requests)/,
    severity: 'error',
    text: 'a ResourceQuota demands requests and limits of every container, the injected ones included',
    fix: 'Set requests and limits for the proxy too: annotations sidecar.istio.io/proxyCPU, proxyMemory, proxyCPULimit, proxyMemoryLimit, or global.proxy.resources.',
  },
  {
    test: /exceeded quota/,
    severity: 'error',
    text: 'a ResourceQuota is used up; the requests and limits of the sidecar count too',
    fix: "Raise the ResourceQuota, or lower the sidecar's share: annotations sidecar.istio.io/proxyCPU, proxyMemory, proxyCPULimit, proxyMemoryLimit.",
  },
  {
    test: /(minimum|maximum) (cpu|memory|ephemeral-storage).*usage per|LimitRange/,
    severity: 'error',
    text: 'a LimitRange rejects the resources of a container',
    fix: 'Adjust the resources of the container, for the proxy by the annotations sidecar.istio.io/proxyCPU, proxyMemory, proxyCPULimit, proxyMemoryLimit.',
  },
  {
    test: /failed calling webhook.*(context deadline exceeded|i\/o timeout|Client\.Timeout|timed out|no route to host|network is unreachable)/,
    severity: 'error',
    text: 'the API server cannot reach the webhook: it does not answer in time',
    fix: FIREWALL,
  },
  {
    test: /failed calling webhook.*(connection refused|no endpoints available|EOF|connection reset)/,
    severity: 'error',
    text: 'the webhook is down: nothing serves it',
    fix: 'Start its Pods (for Istio: kubectl -n istio-system get pods,endpoints -l app=istiod), or delete the webhook configuration of a removed revision.',
  },
  {
    test: /failed calling webhook.*(x509|certificate|tls:)/,
    severity: 'error',
    text: "the API server does not trust the webhook's certificate",
    fix: 'Let istiod write caBundle again (restart it), and keep other tools from overwriting caBundle in the MutatingWebhookConfiguration.',
  },
  {
    test: /failed calling webhook.*(service "[^"]*" not found|not find the requested resource|no such host)/,
    severity: 'error',
    text: 'the webhook names a Service or path that does not exist',
    fix: 'Delete the webhook configuration of the removed revision, or install the revision it names.',
  },
  {
    test: /failed calling webhook/,
    severity: 'error',
    text: 'a webhook call fails, and its failurePolicy is Fail',
    fix: 'Read the log of the webhook; for Istio that of istiod.',
  },
  {
    test: /admission webhook "[^"]*" denied the request/,
    severity: 'error',
    text: 'an admission webhook denies the pod',
    fix: 'Change what the message names; a policy engine judges the pod after injection, so its rules need exceptions for istio-init and istio-proxy.',
  },
  {
    test: /security context constraint/,
    severity: 'error',
    text: 'no SecurityContextConstraint of OpenShift allows the pod',
    fix: "Use the Istio CNI plugin (openshift profile), or grant the pod's service account an SCC that allows what the message names.",
  },
  {
    test: /pod security policy/i,
    severity: 'error',
    text: 'no PodSecurityPolicy allows the pod',
    fix: 'Allow NET_ADMIN and NET_RAW for its service account, or use the Istio CNI plugin.',
  },
  {
    test: /serviceaccount "[^"]*" not found|service account [^ ]+ was not found/i,
    severity: 'error',
    text: 'its service account does not exist',
    fix: 'Create the ServiceAccount the message names.',
  },
  {
    test: /istio-cni|istio_cni|pod redirection|ambient.*(failed|error)|no ztunnel connection/i,
    reasons: [],
    severity: 'error',
    text: 'the Istio CNI plugin fails on the node',
    fix: 'Read the log of istio-cni-node on that node: kubectl -n istio-system logs -l k8s-app=istio-cni-node; restart it, and check that its version and its token fit the cluster.',
  },
  {
    test: /failed to (setup|set up|create|add) .*(network|sandbox)|networkPlugin|cni (plugin|config)|NetworkPluginNotReady|failed to find plugin/i,
    severity: 'error',
    text: 'the network of the pod cannot be set up',
    fix: 'Check the network plugin of the node, and the order of plugins in /etc/cni/net.d: istio-cni is chained behind it.',
  },
  {
    test: /istio-ca-root-cert"? ?not found|configmap "istio-ca-root-cert"/,
    severity: 'error',
    text: 'the ConfigMap istio-ca-root-cert is missing: istiod has not written it to the namespace',
    fix: 'Check that istiod is running and that its discoverySelectors include the namespace.',
  },
  {
    test: /istio-token|failed to fetch token/,
    severity: 'error',
    text: 'the projected service account token of the proxy cannot be mounted',
    fix: 'Check that the API server issues tokens for the audience istio-ca (TokenRequest).',
  },
  {
    test: /\b(ImagePullBackOff|ErrImagePull|InvalidImageName|ErrImageNeverPull|RegistryUnavailable)\b|failed to pull|pulling image|InspectFailed/i,
    reasons: [
      'ImagePullBackOff',
      'ErrImagePull',
      'InvalidImageName',
      'ErrImageNeverPull',
      'RegistryUnavailable',
      'ImageInspectError',
    ],
    severity: 'error',
    text: 'an image cannot be pulled',
    fix: 'Correct the image name, or give access to the registry (imagePullSecrets). For proxyv2 set global.hub, global.tag and global.imagePullSecrets; image "auto" means that injection did not happen.',
  },
  {
    test: /\b(secret|configmap) "[^"]*" not found|couldn't find key/,
    reasons: ['CreateContainerConfigError'],
    severity: 'error',
    text: 'something the pod mounts or reads does not exist',
    fix: 'Create the Secret, ConfigMap or key the message names.',
  },
  {
    test: NOTHING,
    reasons: ['OOMKilled'],
    severity: 'error',
    text: 'the container used more memory than its limit, and is started again and again',
    fix: 'Raise its memory limit, or lower what it needs.',
  },
  {
    test: NOTHING,
    reasons: ['CrashLoopBackOff'],
    severity: 'error',
    text: 'the container ends soon after each start',
    fix: 'Read why in its last log: kubectl logs --previous.',
  },
  {
    test: NOTHING,
    reasons: ['NodeLost', 'NodeNotReady'],
    severity: 'error',
    text: 'the node of the pod does not answer; what is said of its containers is from before',
    fix: 'Bring the node back, or delete it (kubectl delete node): the pod is then recreated elsewhere.',
  },
  {
    test: NOTHING,
    reasons: ['MeshComponentNotReady'],
    severity: 'error',
    text: 'a component of the mesh runs and is not ready: pods of its node cannot join or leave the mesh, or have no traffic',
    fix: 'Read its log: kubectl logs.',
  },
  {
    test: /^$/,
    reasons: ['CreateContainerError', 'RunContainerError', 'PostStartHookError', ...START_FAILURES],
    severity: 'error',
    text: 'a container cannot be started',
    fix: 'Read what the runtime says, and correct the command or the security context of the container.',
  },
  {
    test: /^Readiness probe failed/,
    severity: 'error',
    text: 'its readiness probe fails, so the pod gets no traffic from Services',
    fix: 'Compare the port and path of the probe with what the container listens on: meshctl ports POD. The agent answers a rewritten probe with 500 also when it cannot reach the application.',
  },
  {
    test: /^(Liveness|Startup) probe failed|failed (liveness|startup) probe/,
    severity: 'error',
    text: 'the kubelet restarts the container because this probe fails',
    fix: 'Compare the port and path of the probe with what the container listens on: meshctl ports POD. The agent answers a rewritten probe with 500 also when it cannot reach the application.',
  },
  {
    test: /persistentvolumeclaim "[^"]*" (?:not found|is being deleted)|unbound immediate PersistentVolumeClaims|volume node affinity conflict/i,
    severity: 'error',
    text: 'a volume the pod needs does not exist, is not bound, or is on another node',
    fix: 'Create or bind the PersistentVolumeClaim: kubectl get pvc.',
  },
  {
    test: /(?<!\d)\d+\/\d+ nodes are available(?!.*Insufficient)/i,
    severity: 'error',
    text: 'no node takes the pod',
    fix: 'Add a node that meets the constraints the message names, or relax them.',
  },
  {
    test: /(?<!\d)\d+\/\d+ nodes are available|Insufficient (cpu|memory)|unschedulable/i,
    reasons: ['FailedScheduling', 'Unschedulable'],
    severity: 'error',
    text: 'no node takes the pod; the requests of the sidecar count too',
    fix: 'Add nodes, relax the constraints the message names, or lower the requests (sidecar.istio.io/proxyCPU, proxyMemory).',
  },
  {
    test: /^$/,
    reasons: ['Evicted'],
    severity: 'error',
    text: 'the kubelet evicted the pod',
    fix: 'Give it the resources the message names; a sidecar with few requests and much memory in use counts for the pod.',
  },
  {
    test: /active longer than specified deadline/,
    reasons: ['DeadlineExceeded'],
    severity: 'error',
    text: 'the Job ran into its deadline: a sidecar that is an ordinary container keeps its pods running after the work is done',
    fix: 'Use a native sidecar (annotation sidecar.istio.io/nativeSidecar: "true"), or end the proxy with: curl -XPOST localhost:15020/quitquitquit',
  },
  {
    test: /reached the specified backoff limit/,
    reasons: ['BackoffLimitExceeded'],
    severity: 'error',
    text: 'the pods of the Job failed too often',
    fix: 'Read the log of its last pod; calls before the proxy is ready are refused unless the sidecar is native or holdApplicationUntilProxyStarts is set.',
  },
  {
    test: /Invalid value|is invalid|Forbidden: |Required value|Unsupported value/,
    reasons: [],
    severity: 'error',
    text: 'the API server rejects the pod that injection made',
    fix: 'Correct the field the message names; if injection wrote it, another webhook or an old injection template conflicts.',
  },
  {
    test: /^$/,
    reasons: ['FailedCreate', 'FailedCreatePodSandBox', 'FailedMount'],
    severity: 'error',
    text: 'the pod cannot be created or started',
    fix: 'Change what the message names.',
  },
]

/** Characters of a message that are read. */
const MAX_READ = 4000

/** The cause of a reported failure; undefined when it is none of pods that cannot start. */
export function failureCause(reason: string, message: string): FailureCause | undefined {
  const text = message.slice(0, MAX_READ).replaceAll(/\s+/g, ' ')
  return FAILURE_CAUSES.find(({test, reasons = []}) => reasons.includes(reason) || test.test(text))
}
