import type {LogMessage} from './message.js'

const CNI = 'https://istio.io/latest/docs/setup/additional-setup/cni/'
const AMBIENT = 'https://istio.io/latest/docs/ambient/architecture/traffic-redirection/'

/** Messages of istio-cni, the plugin and its node agent, and of istio-init and istio-validation. */
export const CNI_MESSAGES: readonly LogMessage[] = [
  [
    /error processing entry: .{0,200}no such file or directory/i,
    'While the CNI agent looked through the processes of the node for network namespaces of pods, this process ended: it is gone, which is harmless.',
    'Nothing is wrong.',
    AMBIENT,
  ],
  [
    /RunOrFail|executeIptables|iptablesConfigurator/i,
    'istio-init ended with a Go panic because a command of iptables failed; the lines before the panic name the command and its error.',
    'kubectl logs POD -c istio-init | meshctl iptables -f -   # the whole log, not the end of it',
    'https://github.com/istio/istio/tree/master/tools/istio-iptables',
  ],
  [
    /no ztunnel connection/i,
    'No ztunnel is connected to the CNI agent of this node: ztunnel is not running there (yet) or is restarting, so ambient pods cannot be added to the mesh and do not start.',
    'kubectl get pods -n istio-system -l app=ztunnel -o wide   # is one Ready on this node? Then its log',
    AMBIENT,
  ],
  [
    /ipset ztunnel-pods-ips|device "?istio(in|out)"?|Failed to add route .{0,120}istioin|Failed to get device for destination/i,
    'Ambient mode of Istio 1.18 to 1.20 leads traffic of pods to ztunnel through rules, routes and an ipset of the node (ztunnel-pods-ips, istioin, istioout), and they are not there: the pod is not captured, its traffic bypasses the mesh.',
    'Restart istio-cni-node on the node; from Istio 1.21 on redirection happens inside the pod',
    AMBIENT,
  ],
  [
    /ipset istio-inpod-probes|failed to (add|remove) IP .{0,60} ipset (?!ztunnel-pods-ips)/i,
    'The CNI agent of the node could not keep the set of addresses whose health probes bypass the mesh (ipset istio-inpod-probes): "exist" means that the address of an earlier pod is still in it (fixed in Istio 1.22.4 and 1.23). The pod does not start.',
    'Update istio-cni; restarting istio-cni-node on the node rebuilds the set',
    AMBIENT,
  ],
  [
    /partial add error|unable to push CNI event|failed to (send|push).*(ztunnel|CNI event)/i,
    'The CNI agent of the node could not hand the pod to ztunnel; the text after it is the reason.',
    'Read the logs of istio-cni-node and ztunnel on this node.',
    AMBIENT,
  ],
  [
    /(istio-cni|cni).*(dial unix|pluginevent\.sock|log\.sock|cni.*\.sock).*(no such file|connection refused)/i,
    'The CNI plugin cannot reach the agent of its node: istio-cni-node is not running there. Pods on this node do not start until it does.',
    'kubectl get pods -n istio-system -l k8s-app=istio-cni-node -o wide',
    AMBIENT,
  ],
  [
    /failed to find plugin "istio-cni"|istio-cni.*(no such file|not found) in path/i,
    'The binary of the CNI plugin is missing on the node while the CNI configuration names it: istio-cni was removed, or its cniBinDir is wrong for this platform.',
    'Check cniBinDir and cniConfDir of istio-cni; remove the stale entry from /etc/cni/net.d',
    CNI,
  ],
  [
    /istio-cni.*(Unauthorized|unauthorized|forbidden)|error getting pod.*(Unauthorized|forbidden|certificate has expired)/i,
    'The CNI plugin may not read the pod from the API server: the kubeconfig it wrote to the node holds an expired token or an old CA.',
    'Restart istio-cni-node so that it writes a new kubeconfig.',
    CNI,
  ],
  [
    /(failed to|could not|unable to).*(enter|open|get|find).*(netns|network namespace)|netns.*(not found|no such file)/i,
    "The CNI agent could not enter the pod's network namespace: the pod ended, or the path of the host's /proc or /var/run/netns is not mounted.",
    'Read the log of istio-cni-node on this node.',
    CNI,
  ],
  [
    /(repair|race condition|broken pod|detected broken).*pod|detected as broken|(Deleting|deleting|labeling|repairing).*(broken )?pod|pod .* (missing|without) .*(redirection|iptables)/i,
    'The pod started before the CNI plugin was ready on the node, so its traffic is not captured; the repair controller deletes, labels or repairs it.',
    'meshctl explain MCT1422',
    'https://istio.io/latest/docs/setup/additional-setup/cni/#race-condition-mitigation',
  ],
  [
    /(iptables|redirection|rules) validation.*(failed|fail|error|timed? ?out)|istio-validation.*(connection refused|fail)|(^|\s)validation (timeout|failed)$|error connecting to \S+:15002\b|(Error|error).*(redirect|15002|15006).*validation/i,
    "The pod's traffic is not captured: the test of istio-validation did not arrive. With the CNI plugin this means that the rules were not written: istio-cni was not ready on the node, or excludes the namespace.",
    'meshctl explain MCT1422',
    CNI,
  ],
  [
    /iptables.*(Permission denied|Operation not permitted|you must be root)|can't initialize iptables table.*(Permission denied|Operation not permitted)/i,
    'The rules could not be written: the container has no NET_ADMIN or NET_RAW capability, or may not run as root (Pod Security, OpenShift SCC).',
    'Allow the capabilities, or use the CNI plugin: meshctl explain NET_ADMIN',
    CNI,
  ],
  [
    /unable to initialize table|can't initialize (iptables|ip6tables) table.*(do you need to insmod|Table does not exist|does not exist)|Couldn't load (match|target)|No chain\/target\/match by that name|modprobe/i,
    'The kernel of the node lacks a module for iptables (iptable_nat, xt_REDIRECT, xt_owner, ip6table_nat), or the container uses the other back end (legacy or nft) than the node.',
    'Load the modules on the node: meshctl explain MCT1704',
    CNI,
  ],
  [
    /(failed to|error).*(iptables-restore|ip6tables-restore|iptables rules)|iptables-restore.*(fail|exit status)/i,
    'istio-init or the CNI plugin could not write the rules: traffic of the pod is not captured, and the pod does not start.',
    'meshctl iptables -f LOG',
    CNI,
  ],
  [
    /(excluded|skipping|Skipping|not.*redirect).*(namespace|pod)|Pod .* excluded/i,
    'The CNI plugin left this pod alone: its namespace is excluded, it has no sidecar, or an annotation says so.',
    'meshctl check POD',
    CNI,
  ],
  [
    /(pod|Pod) .*(added to|adding to).*(mesh|ipset|ztunnel)|(add|in pod mode|Adding) .*(pod|Pod).*(mesh|ambient)|Setting up redirection/i,
    'The CNI agent added a pod to the mesh.',
    'Nothing is wrong.',
    AMBIENT,
  ],
  [
    /no networks found|failed to create CNI config|CNI config(uration)? (file )?(removed|not found|missing|invalid)/i,
    'The CNI agent found no configuration of the primary CNI plugin to chain to: cniConfDir is wrong for this platform, or the primary plugin is not installed yet.',
    'Check cniConfDir of istio-cni and the files there on the node.',
    CNI,
  ],
  [
    /xtables (other|resource|parameter|lock) problem/i,
    'iptables could not load the rules: the kernel of the node lacks a module for one of them (the line of the input is in the message), or the container has the other back end (legacy or nft) than the node.',
    'Load the modules on the node: meshctl explain MCT1704',
    CNI,
  ],
  [
    /failed to (update POD inpod|add pod to ztunnel|add pod to mesh)/i,
    'The CNI agent could not set up a pod for ambient mode; the reason is in the text after it or in the lines before. The pod is not captured: its traffic bypasses the mesh.',
    'Read the lines of istio-cni-node before it; meshctl check POD',
    AMBIENT,
  ],
  [
    /istio-cni.{0,80}https?:\/\/(localhost|127\.0\.0\.1|\[::1\]):8080\//i,
    'The CNI plugin asked localhost:8080 for the API server: it found no kubeconfig. Its entry in the CNI configuration of the node is incomplete, because another plugin rewrote the file, or the kubeconfig was not written yet.',
    'Restart istio-cni-node on the node; compare its entry and the kubeconfig in /etc/cni/net.d',
    CNI,
  ],
  [
    /istio-cni failed with|istio-cni.*(i\/o timeout|context deadline exceeded)/i,
    'The CNI plugin could not ask the API server about the pod in time: the node does not reach it, or it is overloaded. The pod does not start.',
    'Read the log of istio-cni-node on this node; check that the node reaches the API server.',
    CNI,
  ],
]
