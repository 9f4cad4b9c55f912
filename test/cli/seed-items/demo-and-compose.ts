import {asked, type Item, page, part} from './item.js'

/** The pod of the page as Istio 1.1 injects it: its arguments make the rules the page shows. */
const INIT_OF_1_1 = `apiVersion: v1
kind: Pod
metadata: {name: demo, namespace: default}
spec:
  initContainers:
  - name: istio-init
    image: docker.io/istio/proxy_init:1.1.17
    args: [-p, "15001", -u, "1337", -m, REDIRECT, -i, "*", -x, "", -b, "8080", -d, ""]
    securityContext: {capabilities: {add: [NET_ADMIN]}}
  containers:
  - {name: demo, image: demo, ports: [{containerPort: 8080}]}
  - {name: istio-proxy, image: "docker.io/istio/proxyv2:1.1.17"}
`

/** What the page says of its envoy folder, "将8888 转到8080 上", as Envoy's configuration. */
const STATIC_ENVOY = `admin: {address: {socket_address: {address: 0.0.0.0, port_value: 15000}}}
static_resources:
  listeners:
  - name: in
    address: {socket_address: {address: 0.0.0.0, port_value: 8888}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.tcp_proxy
        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: in, cluster: demo}
  clusters:
  - name: demo
    type: STATIC
    connect_timeout: 1s
    load_assignment:
      cluster_name: demo
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 8080}}}}]}]
`

const LISTENING = `本机监听的端口：
State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
LISTEN 0      4096         0.0.0.0:8888      0.0.0.0:*     users:(("proxy",pid=7,fd=3))
LISTEN 0      4096         0.0.0.0:8080      0.0.0.0:*     users:(("demo",pid=1,fd=3))
LISTEN 0      4096         0.0.0.0:15001     0.0.0.0:*     users:(("envoy",pid=9,fd=3))
谢谢
`

/** A config_dump as Envoy 1.8 wrote it, around the listener the page quotes. */
function dumpOf1_8(port: number): string {
  return JSON.stringify({
    configs: [
      {
        '@type': 'type.googleapis.com/envoy.admin.v2alpha.ListenersConfigDump',
        dynamic_active_listeners: [
          {
            version_info: '1',
            listener: {
              name: 'virtual',
              address: {socket_address: {address: '0.0.0.0', port_value: port}},
              filter_chains: [{filters: [{name: 'envoy.tcp_proxy', config: {cluster: 'BlackHoleCluster'}}]}],
            },
          },
        ],
      },
    ],
  })
}

/** Items of the pages 000 (a demo proxy) and 001 (Istio 1.0 on Docker with Consul). */
export const DEMO_AND_COMPOSE: readonly Item[] = [
  page('000', '0.1', 'iptables -t nat -S', 'iptables', /Istio 1\.0 to 1\.2/, /10 rules/),
  part(
    '0.2',
    'the dump with its prompt',
    {page: '000', from: '$ iptables -t nat -S', to: '-A ISTIO_REDIRECT'},
    'iptables',
    /Istio 1\.0 to 1\.2/,
    /port 15001\): port 8080/,
  ),
  page(
    '000',
    '0.3',
    '8080 in, everything out, to 15001',
    'iptables -o short',
    /Inbound .*port 15001\): port 8080/,
    /Outbound TCP goes to the proxy \(port 15001\)/,
  ),
  page('000', '0.4', 'where a packet goes', 'packet --in tcp://:8080', /captured by the proxy/, /port 15001/),
  page('000', '0.4', 'and one that is not captured', 'packet --in tcp://:9090', /not captured/),
  {
    id: '0.5',
    title: 'the rules istio-init should have made',
    input: [{page: '000'}, INIT_OF_1_1],
    command: 'iptables --drift',
    says: [/the rules match the expected rules/, /Istio 1\.1/],
    exit: [0],
  },
  part(
    '0.6',
    'curl before: 3 ms, no header of a proxy',
    {page: '000', from: '$ curl localhost:8080/?a=b', to: '* Closing connection 0'},
    'read',
    /curl/,
    /HTTP 200/,
    /no header of Envoy/,
  ),
  part(
    '0.6',
    'curl after: 6 s, answered by the port the proxy listens on',
    {page: '000', from: '$ curl localhost:8080  -vv', to: 'timeout ---> 6.007932'},
    'read',
    /HTTP 200/,
    /port 8888/,
  ),
  asked('0.7', 'READY 2/2: is it injected', 'check-inject deploy/reviews-v1 -n demo --from sample', /✔/),
  part(
    '0.8',
    'an injected manifest before it is applied',
    {page: '003', from: '`deploy-new.yaml`', to: '新的资源中'},
    'check',
    /Deployment default\/nginx: 0 errors/,
  ),
  {
    id: '0.9',
    title: 'Envoy with static configuration: 8888 to 8080',
    input: [STATIC_ENVOY],
    command: 'pc listener',
    says: [/8888/, /demo/],
  },
  {
    id: '0.10',
    title: 'who listens on 8080, 8888 and 15001',
    input: [LISTENING],
    command: 'ports',
    says: [/8080\/tcp +\* +demo/, /8888\/tcp +\* +proxy/, /15001\/tcp +\* +envoy .*outbound/],
  },
  part(
    '1.1',
    'docker ps: four containers, one has ended',
    {page: '001', from: '53e500560655', to: '01b63843939f'},
    'read',
    /docker ps/,
    /bookinfo_productpage-v1-init_1.*Exited \(0\)|istio-init has ended as it should|none of 4/,
    /15000.*1500/,
  ),
  page('001', '1.2', 'compose: what each container may', 'check', /bookinfo_productpage-v1_1/, /0 errors/),
  {
    id: '1.2',
    title: 'compose: proxy_init without NET_ADMIN',
    input: [{page: '001', from: 'productpage-v1-init:', to: '"/root/hold_on.sh"', edit: [['NET_ADMIN', 'CHOWN']]}],
    command: 'check',
    says: [/NET_ADMIN/],
    exit: [1],
  },
  page(
    '001',
    '1.3',
    'rules of -p 15001 -u 1337',
    'iptables --expected -o short',
    /Inbound TCP goes to the proxy \(port 15001\)/,
    /uid 1337/,
    /Istio 0\.7/,
  ),
  page(
    '001',
    '1.4',
    'the dump with Docker chains',
    'iptables -o short',
    /legacy/,
    /Docker/,
    /127\.0\.0\.11:35949/,
    /38786/,
  ),
  page('001', '1.5', 'one list for both directions', 'iptables', /before 1\.0/),
  page(
    '001',
    '1.6',
    'netstat',
    'ports',
    /9080\/tcp/,
    /15000\/tcp +127\.0\.0\.1 .*Envoy admin/,
    /15001\/tcp .*inbound and outbound/,
    /38786\/tcp/,
  ),
  page('001', '1.7', 'the resolver of Docker', 'packet --out udp://127.0.0.11:53', /not the proxy/, /35949/),
  page(
    '001',
    '1.8',
    'uid 1337 is exempt',
    'packet --out tcp://10.0.0.9:9080 --uid 1337',
    /leaves the pod: treated as the proxy's own traffic/,
  ),
  page(
    '001',
    '1.8',
    'why the rules behind the first are not redundant',
    'iptables',
    /Every call to this pod's own address/,
    /Traffic from uid 1337/,
    /Connections to localhost are not captured/,
  ),
  page(
    '001',
    '1.9',
    'ps -ef',
    'net',
    /pilot-agent/,
    /Envoy: configuration \/var\/lib\/istio\/envoy-rev0\.json, restart epoch 0/,
    /Consul/,
  ),
  page('001', '1.10', 'the control plane of envoy-rev0.json', 'proxy-status', /Consul/),
  part(
    '1.10',
    'envoy-rev0.json in pieces: admin, xDS server, tracing',
    {page: '001', from: '"admin": {', to: '"collector_cluster"'},
    'pc bootstrap',
    /15000/,
    /istio-pilot/,
    /15010/,
    /zipkin/,
  ),
  page('001', '1.11', 'the virtual listener', 'pc listener', /virtual \(0\.0\.0\.0:15001\)/),
  asked('1.11', 'BlackHoleCluster', 'explain BlackHoleCluster', /no route|drops|refus|discard|registry/i),
  page('001', '1.12', 'the virtual host and its domains', 'pc route', /reviews\.service\.consul:9080/),
  page('001', '1.13', 'pieces with dots say what is missing', 'pc route', /incomplete/),
  {
    id: '1.14',
    title: 'two dumps of Envoy 1.8 compared',
    input: [dumpOf1_8(15001), dumpOf1_8(15999)],
    command: 'diff',
    says: [/virtual/, /15001/, /15999/],
    exit: [1],
  },
  part(
    '1.15',
    'server: envoy and x-envoy-upstream-service-time as proof of the path',
    {page: '001', from: '`curl -v http://reviews', to: '* Connection #0'},
    'read',
    /HTTP 200/,
    /Envoy/,
    /15 ms/,
    /172\.28\.0\.9/,
  ),
  {
    id: '1.16',
    title: 'is the control plane up',
    input: [
      `控制面的容器：
CONTAINER ID   IMAGE                            COMMAND                  CREATED      STATUS                    PORTS                    NAMES
0c1d2e3f4a5b   quay.io/coreos/etcd:latest       "/usr/local/bin/etcd"    8 days ago   Up 8 days                 2379-2380/tcp            bookinfo_etcd_1
1c1d2e3f4a5b   docker.io/istio/pilot:1.0.2      "/usr/local/bin/pilo"    8 days ago   Exited (255) 2 days ago                            bookinfo_pilot_1
2c1d2e3f4a5b   consul:1.3.0                     "docker-entrypoint.s"    8 days ago   Up 8 days                 0.0.0.0:8500->8500/tcp   bookinfo_consul_1
请问网格的控制面正常吗？
`,
    ],
    command: 'read',
    says: [/bookinfo_pilot_1/, /Exited \(255\)/],
  },
  asked(
    '1.16',
    'what the parts of the control plane are',
    'explain etcd consul pilot zipkin registrator kube-apiserver',
    /etcd/,
    /Consul/,
    /istiod/,
    /trac/i,
    /registr/i,
  ),
  page('001', '1.17', 'check of the workload', 'check', /compose service bookinfo_productpage-v1_1/, /0 errors/),
  {
    id: '1.18',
    title: 'environment by docker inspect: names are read, values never shown',
    input: [
      `docker inspect 的输出：
[{"Id": "01b63843939f","Name": "/bookinfo_productpage-v1_1","State": {"Status": "running","Pid": 4211},
"Config": {"Image": "istio/examples-bookinfo-productpage-v1:1.8.0","User": "","Env": ["SERVICES_DOMAIN=service.consul","PATH=/usr/bin"],"Cmd": ["/bin/sh","-c","python productpage.py 9080"]},
"HostConfig": {"NetworkMode": "bookinfo_default","CapAdd": null,"Privileged": false}}]
`,
    ],
    command: 'check',
    says: [/bookinfo_productpage-v1_1/],
    never: [/service\.consul/],
  },
  {
    id: '1.19',
    title: 'server_info of Envoy 1.8 on 15000',
    input: [
      '通过15000端口：\n{"version":"1c2f6ac4e7a3a5b8f0a0b6a5e9f6c8b0b2a2f3d4/1.8.0-dev/Clean/RELEASE","state":"LIVE","hot_restart_version":"10.200.16384.127.options=capacity=16384","uptime_current_epoch":"4758s","uptime_all_epochs":"4758s","command_line_options":{"restart_epoch":"0","config_path":"/var/lib/istio/envoy-rev0.json"}}\n',
    ],
    command: 'server-info',
    says: [/1\.8\.0/, /LIVE/],
  },
]
