import type {LogMessage} from './message.js'

const EVENTS = 'https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/'
const NOTHING = 'Nothing is wrong.'

function usual(reason: string, meaning: string): LogMessage {
  return [new RegExp(`^(?:${reason})\\b`), meaning, NOTHING, EVENTS]
}

function fault(reason: string, meaning: string, next: string): LogMessage {
  return [new RegExp(`^(?:${reason})\\b`), meaning, next, EVENTS]
}

/** Reasons of events that the kubelet, the scheduler and the controllers write (k8s.io, pkg/kubelet/events and the controllers), tried behind the messages. */
export const KUBERNETES_EVENTS: readonly LogMessage[] = [
  usual('Scheduled', 'The pod was assigned to a node.'),
  usual('Pulling', 'The kubelet downloads the image.'),
  usual('Pulled', 'The image is on the node; the container can be created.'),
  usual('Created', 'The container was created. A container istio-proxy or istio-init shows that the pod was injected.'),
  usual('Started', 'The container was started. Whether it is ready only its probe says.'),
  usual(
    'Killing',
    'The kubelet ends the container: the pod is deleted or its definition changed, or a probe failed before (an event Unhealthy then stands beside it).',
  ),
  usual('SuccessfulCreate', 'The controller created the pod.'),
  usual('SuccessfulDelete', 'The controller deleted the pod, as when it scales down or replaces it.'),
  usual('ScalingReplicaSet', 'The Deployment changes the number of pods, as in a rollout.'),
  usual('SuccessfulRescale', 'The autoscaler changed the number of pods.'),
  usual('Completed|JobComplete', 'The Job has ended with success.'),
  usual('SawCompletedJob', 'The CronJob saw a Job end.'),
  usual('LeaderElection', 'A replica of a controller became the leader.'),
  usual('NodeReady|RegisteredNode|Starting|NodeHasSufficient\\w+|NodeAllocatableEnforced', 'The node is up.'),
  usual(
    'Provisioning|ProvisioningSucceeded|WaitForFirstConsumer|ExternalProvisioning|SuccessfulAttachVolume',
    'A volume is being provided.',
  ),
  usual(
    'EnsuringLoadBalancer|EnsuredLoadBalancer|UpdatedLoadBalancer',
    'The cloud sets up the load balancer of the Service.',
  ),
  usual('TaintManagerEviction', 'A taint of the node ends the pod, or the eviction was cancelled.'),
  fault(
    'BackOff',
    'The kubelet waits before it starts the container again: it ended several times, or its image could not be pulled.',
    'kubectl logs POD -c CONTAINER --previous',
  ),
  fault(
    'Unhealthy',
    'A probe failed: without readiness the pod gets no traffic, and after several liveness failures the container is restarted.',
    'meshctl check POD   # probes and their rewriting; meshctl ports POD',
  ),
  fault(
    'FailedScheduling',
    'No node fits the pod: its requests (those of the sidecar count too), selectors, taints or volumes.',
    'kubectl describe pod POD; the text names what each node lacks',
  ),
  fault('Preempted|Preempting', 'A pod of higher priority took its place.', 'kubectl get pods -o wide'),
  fault(
    'Evicted',
    'The node ran out of memory, disk or process ids and ended the pod.',
    'kubectl describe node NODE   # conditions; set requests and limits',
  ),
  fault(
    'FailedMount|FailedAttachVolume',
    'A volume of the pod could not be mounted; the text names it. Volumes of Istio: istio-ca-root-cert (ConfigMap), istio-token.',
    'kubectl describe pod POD; istiod writes the ConfigMap into every namespace it watches',
  ),
  fault(
    'FailedPreStopHook',
    'The preStop hook of a container failed; the container is ended all the same.',
    'kubectl describe pod POD   # lifecycle.preStop',
  ),
  fault(
    'Failed',
    'The kubelet could not create or start the container, or pull its image; the text says which.',
    'kubectl describe pod POD   # State and Last State of the container',
  ),
  fault(
    'FailedKillPod|FailedSync|FailedValidation',
    'The kubelet could not do its work on the pod; the text names the step.',
    'kubectl describe pod POD; the log of the kubelet on the node',
  ),
  fault(
    'SandboxChanged',
    'The network namespace of the pod was made again, so all its containers restart; rules of istio-init are written again only if it runs again.',
    'kubectl describe pod POD; meshctl iptables POD',
  ),
  fault('NetworkNotReady', 'The network plugin of the node is not ready.', 'kubectl get pods -n kube-system -o wide'),
  fault(
    'NodeNotReady|NodeNotSchedulable|Rebooted',
    'The node is not ready or takes no pods.',
    'kubectl describe node NODE',
  ),
  fault(
    'OOMKilling|SystemOOM',
    'The kernel ended a process for lack of memory.',
    'kubectl top pod --containers; raise the limit of the container',
  ),
  fault(
    'FailedToUpdateEndpoint\\w*|FailedToCreateEndpoint\\w*',
    'The endpoints of a Service could not be written.',
    'kubectl get endpointslices',
  ),
  fault(
    'SyncLoadBalancerFailed|CreatingLoadBalancerFailed',
    'The cloud could not set up the load balancer: the Service has no external address.',
    'kubectl describe service NAME',
  ),
  fault(
    'BackoffLimitExceeded|DeadlineExceeded',
    'The Job failed: its pods ended with errors too often, or it took too long. A sidecar that never ends keeps a Job from completing.',
    'meshctl check JOB   # MCT1418',
  ),
  fault(
    'FailedGetResourceMetric|FailedComputeMetricsReplicas|FailedGetScale',
    'The autoscaler has no metrics: metrics-server does not answer, or a container (the sidecar counts) has no request.',
    'kubectl describe hpa NAME',
  ),
  fault(
    'PolicyViolation|FailedAdmission\\w*',
    'A policy of the cluster refused the object.',
    'The text names the policy.',
  ),
  fault(
    'DNSConfigForming',
    'The node has more resolvers or search domains than Kubernetes passes on; the first ones are used.',
    'kubectl exec POD -- cat /etc/resolv.conf',
  ),
]
