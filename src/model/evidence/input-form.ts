/** A form in which people have evidence, and what can be asked of it. */
export interface InputForm {
  readonly id: string
  /** What it is, for a sentence that begins with "is". */
  readonly title: string
  /** By what it is recognised. */
  readonly mark: string
  /** Commands that answer from it, the most useful first; `-f FILE` goes behind. */
  readonly commands: readonly string[]
}

function form(id: string, title: string, mark: string, ...commands: readonly string[]): InputForm {
  return {id, title, mark, commands}
}

const PC = 'proxy-config'

/** Every form meshctl recognises by its content. A new form is a row here, its recognition, and a specimen in test/fixtures/forms. */
export const INPUT_FORMS: readonly InputForm[] = [
  form(
    'dump',
    'an Envoy config_dump',
    '"configs" with sections',
    `${PC} all`,
    `${PC} cluster`,
    `${PC} listener`,
    `${PC} route`,
    `${PC} secret`,
    'diff',
  ),
  form(
    'ztunnel',
    'the config_dump of a ztunnel',
    'workloads, services, policies and workloadState of a ztunnel',
    'ztunnel-config all',
    'ztunnel-config workload',
    'ztunnel-config service',
    'ztunnel-config policy',
    'ztunnel-config certificate',
    'ztunnel-config connections',
  ),
  form(
    'dump-clusters',
    'clusters of an Envoy config_dump',
    'a clusters section, its lists, or clusters alone (JSON or YAML)',
    `${PC} cluster`,
    'diff',
  ),
  form(
    'dump-listeners',
    'listeners of an Envoy config_dump',
    'a listeners section, its lists, or listeners alone (JSON or YAML)',
    `${PC} listener`,
    'diff',
  ),
  form(
    'dump-routes',
    'routes of an Envoy config_dump',
    'a routes section, its lists, or route configurations alone (JSON or YAML)',
    `${PC} route`,
    'diff',
  ),
  form(
    'dump-endpoints',
    'endpoints of an Envoy config_dump',
    'an endpoints section or load assignments alone',
    `${PC} eds`,
    'diff',
  ),
  form(
    'dump-secrets',
    'secrets of an Envoy config_dump',
    'a secrets section, its lists, or secrets alone',
    `${PC} secret`,
  ),
  form('dump-ecds', 'discovered filters of an Envoy config_dump', 'ecds_filters', `${PC} ecds`),
  form(
    'bootstrap',
    "Envoy's bootstrap configuration",
    'static_resources, dynamic_resources or bootstrap (envoy-rev0.json, static YAML)',
    `${PC} bootstrap`,
    `${PC} cluster`,
    `${PC} listener`,
    'proxy-status',
  ),
  form('clusters-page', "Envoy's /clusters page", 'cluster_statuses, or NAME::ADDRESS::... lines', `${PC} endpoint`),
  form(
    'listeners-page',
    "Envoy's /listeners page",
    'listener_statuses, or NAME::ADDRESS lines',
    'ports',
    `${PC} listener`,
  ),
  form('server-info', "Envoy's /server_info page", 'command_line_options, uptime_current_epoch', 'server-info'),
  form('certs', "Envoy's /certs page", '"certificates"', `${PC} secret`, 'certs'),
  form('pem', 'certificates in PEM', '-----BEGIN CERTIFICATE-----', 'certs'),
  form('logging', "Envoy's /logging page", '"active loggers:"', `${PC} log`),
  form('init-dump', "Envoy's /init_dump page", 'unready_targets_dumps'),
  form('stats', "Envoy's /stats page", 'NAME: NUMBER lines with names of Envoy, or its Prometheus form'),
  form(
    'syncz',
    "istiod's connections (/debug/syncz, istioctl proxy-status -o json, meshctl proxy-status -o json)",
    'proxy with cluster_sent or generic_xds_configs',
    'proxy-status',
  ),
  form(
    'table-proxy-status',
    'a table of istioctl proxy-status',
    'columns CDS and LDS, or rows with SYNCED and STALE',
    'proxy-status',
  ),
  form('table-cluster', 'a table of istioctl proxy-config cluster', 'SERVICE FQDN, or its rows', `${PC} cluster`),
  form(
    'table-listener',
    'a table of istioctl proxy-config listener',
    'ADDRESS and PORT, or its rows',
    `${PC} listener`,
  ),
  form('table-route', 'a table of istioctl proxy-config route', 'DOMAINS and MATCH, or VIRTUAL HOSTS', `${PC} route`),
  form(
    'table-endpoint',
    'a table of istioctl proxy-config endpoint',
    'ENDPOINT and STATUS, or its rows',
    `${PC} endpoint`,
  ),
  form('table-secret', 'a table of istioctl proxy-config secret', 'RESOURCE NAME, or its rows', `${PC} secret`),
  form(
    'rules',
    'netfilter rules (iptables or nftables)',
    'iptables-save, iptables -L or -S, nft list ruleset',
    'iptables',
    'packet',
  ),
  form(
    'init-log',
    'the log of istio-init or another program that writes rules',
    'iptables commands or restore input in a log',
    'iptables',
    'packet',
  ),
  form('init-args', 'the arguments of istio-iptables', 'istio-iptables with its flags', 'iptables --expected'),
  form(
    'sockets',
    'a socket list (ss, netstat, lsof, /proc/net)',
    'Local Address, sl local_address, COMMAND PID',
    'ports',
  ),
  form(
    'containers',
    'containers without Kubernetes (a compose file, docker inspect)',
    'services with image, network_mode, cap_add; HostConfig and State',
    'check',
    'iptables --expected',
  ),
  form('processes', 'a list of processes', 'ps -ef, ps aux, docker top: PID and CMD or COMMAND', 'net'),
  form('addresses', 'network interfaces with their addresses', 'ip addr (text or JSON), ifconfig', 'net'),
  form('routes', 'routes of the kernel', 'ip route, route -n, netstat -rn', 'net'),
  form('routing-rules', 'policy routing rules', 'ip rule: PRIORITY: from ... lookup TABLE', 'net'),
  form('objects', 'Kubernetes objects', 'apiVersion and kind', 'check', 'check-inject', 'describe pod'),
  form(
    'configuration',
    'Kubernetes and Istio objects without workloads',
    'apiVersion and kind of none that makes pods',
    'analyze',
  ),
  form('events', 'Kubernetes events', 'objects of kind Event and none that makes pods', 'explain'),
  form(
    'described-pod',
    'a pod as kubectl describe prints it',
    'Containers with State, Last State and Restart Count',
    'explain',
  ),
  form(
    'described-object',
    'an object as kubectl describe prints it',
    'Name, Namespace and the fields of a Service, workload, Job or autoscaler at the left margin',
  ),
  form(
    'kubectl-table',
    'a table of kubectl get or docker ps',
    'NAME and the columns of a kind: READY STATUS, CLUSTER-IP, ENDPOINTS, ...; CONTAINER ID IMAGE',
  ),
  form(
    'tls-client',
    'a TLS handshake as openssl shows it',
    'openssl s_client: CONNECTED(...), SSL handshake has read N bytes',
  ),
  form('dns-answer', 'an answer of DNS', "dig (->>HEADER<<-) and nslookup (Server:, can't find)"),
  form('http-exchange', 'a request of curl or wget', 'a status line, curl: (N), Connected to HOST, a curl command'),
  form('connections', "the kernel's table of connections", 'conntrack -L: src= dst= sport= dport= twice'),
  form('packets', 'captured packets', 'tcpdump: IP A > B: Flags [S]'),
  form('socket-counters', "counters of the kernel's TCP", 'netstat -s, nstat: TcpExt'),
  form('metrics', 'metrics of the mesh for Prometheus', 'pilot_*, istio_*, citadel_*: NAME{...} VALUE'),
  form('load-test', 'the summary of a load generator', 'hey ([503] N responses), fortio (Code 503 : N)'),
  form('spans', 'spans of a trace', 'JSON of Jaeger or Zipkin with response_flags or upstream_cluster'),
  form('kiali', "Kiali's validations", 'checks with codes KIA0101'),
  form('linkerd-check', 'what linkerd check prints', '√, × and ‼ before lines'),
  form('cni-config', 'a CNI configuration of a node', 'cniVersion with plugins (/etc/cni/net.d)'),
  form('ip-sets', 'IP sets of a node (ipset list)', 'Name:, Type: hash:..., Members:'),
  form('ambientz', "istiod's view of ambient workloads (/debug/ambientz)", 'workloads with uids and addresses'),
  form(
    'istiod-pages',
    'debug pages of istiod',
    '/debug/registryz, endpointz, endpointShardz, adsz, connections, push_status, clusterz, authorizationz',
  ),
  form(
    'istiod-self',
    'pages of istiod about itself',
    '/debug/pushcontext, telemetryz, instancesz, cachez, inject, the index of /debug, /version',
  ),
  form('memory', "Envoy's /memory page", 'allocated and heap_size'),
  form('runtime', "Envoy's /runtime page", 'entries with layer_values and final_value'),
  form('ready', "Envoy's /ready page", 'LIVE, PRE_INITIALIZING, INITIALIZING or DRAINING alone'),
  form('tls-check', 'a table of istioctl authn tls-check', 'HOST:PORT STATUS SERVER CLIENT AUTHN POLICY'),
  form('settings', 'settings of a mesh', 'Helm values (meshConfig, global.proxy) or an IstioOperator'),
  form('version', 'the versions istioctl prints', 'client version, control plane version, data plane version'),
  form(
    'istioctl-text',
    'what istioctl tells about an installation or a pod',
    'x check-inject (WEBHOOK REVISION INJECTED), x describe (Pod: ... Service: ...), verify-install (✔ and ✘), proxy-status POD (Clusters Match)',
  ),
  form('own-answer', 'an answer of meshctl (-o json)', 'apiVersion meshctl/v1'),
  form('log', 'log lines', 'access logs, istio-proxy, istiod, istio-cni, ztunnel, events', 'explain'),
]

/** The row of a form. */
export function inputForm(id: string): InputForm {
  const found = INPUT_FORMS.find(each => each.id === id)
  return found ?? {id, title: id, mark: '', commands: []}
}
