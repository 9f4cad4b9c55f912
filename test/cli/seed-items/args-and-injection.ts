import {asked, type Item, page, part} from './item.js'

const INJECTED = {page: '003', from: '`deploy-new.yaml`', to: '新的资源中'} as const
const PLAIN = {page: '003', from: '创建`deploy.yaml`', to: 'imagePullPolicy: Always'} as const

/** The rules of the arguments in the page as iptables-save prints them, with the port that must not be captured missing from one. */
const RULES = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:ISTIO_INBOUND - [0:0]
:ISTIO_IN_REDIRECT - [0:0]
:ISTIO_OUTPUT - [0:0]
:ISTIO_REDIRECT - [0:0]
-A PREROUTING -p tcp -j ISTIO_INBOUND
-A OUTPUT -p tcp -j ISTIO_OUTPUT
-A ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN
-A ISTIO_INBOUND -p tcp -m tcp --dport 22 -j RETURN
-A ISTIO_INBOUND -p tcp -m tcp --dport 15090 -j RETURN
-A ISTIO_INBOUND -p tcp -m tcp --dport 15021 -j RETURN
-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT
-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006
-A ISTIO_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN
-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT
-A ISTIO_OUTPUT -o lo -m owner ! --uid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -m owner --gid-owner 1337 -j ISTIO_IN_REDIRECT
-A ISTIO_OUTPUT -o lo -m owner ! --gid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN
-A ISTIO_OUTPUT -j ISTIO_REDIRECT
-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
COMMIT
`

const CONTAINER = '{containers: [{name: web, image: web}], restartPolicy: Never}'
const TEMPLATE = `{metadata: {labels: {app: web}}, spec: ${CONTAINER}}`

/** One of each kind the page names. */
const INJECTABLE = `apiVersion: v1
kind: Pod
metadata: {name: web-pod, labels: {app: web}}
spec: ${CONTAINER}
---
apiVersion: batch/v1
kind: Job
metadata: {name: web-job}
spec: {template: ${TEMPLATE}}
---
${['DaemonSet', 'ReplicaSet', 'Deployment']
  .map(
    kind => `apiVersion: apps/v1
kind: ${kind}
metadata: {name: web-${kind.toLowerCase()}}
spec: {selector: {matchLabels: {app: web}}, template: ${TEMPLATE.replace(', restartPolicy: Never', '')}}
`,
  )
  .join('---\n')}`

const NOT_INJECTED = `apiVersion: v1
kind: Service
metadata: {name: jiuxi, namespace: jiuxi-ns}
spec: {selector: {app: jiuxi}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Secret
metadata: {name: jiuxi, namespace: jiuxi-ns}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: jiuxi, namespace: jiuxi-ns}
`

/** Items of the pages 003 (arguments of istio-init, ports) and 004 (injection of Istio 1.5). */
export const ARGS_AND_INJECTION: readonly Item[] = [
  page('003', '3.1', 'versions', 'read', /versions istioctl prints/, /fit together/),
  page('003', '3.2', 'deploy.yaml', 'check', /Deployment default\/nginx/, /MCT1101/),
  page('003', '3.3', 'arguments to rules', 'iptables --expected', /19 rules.*Istio 1\.11/),
  part(
    '3.4',
    'the bare command line in a sentence',
    {page: '003', from: '因此`istio-iptables', to: '因此`istio-iptables'},
    'iptables --expected',
    /Inbound TCP goes to the proxy \(port 15006\).*15020.*15021.*15090/,
  ),
  asked(
    '3.5',
    'ports of the sidecar',
    'explain 15000 15001 15004 15006 15008 15009 15020 15021 15053 15090',
    /admin/i,
    /outbound/i,
    /inbound/i,
    /HBONE/,
    /health/i,
    /DNS/,
    /metrics/i,
  ),
  asked(
    '3.6',
    'ports of istiod',
    'explain 443 8080 15010 15012 15014 15017',
    /webhook/i,
    /debug/i,
    /plain ?text/i,
    /TLS/,
  ),
  part(
    '3.7',
    'an application on a port of the sidecar',
    {...PLAIN, edit: [['imagePullPolicy: Always', 'ports: [{containerPort: 15020}]']]},
    'check',
    /15020/,
    /reserved|Istio's own|used by/i,
  ),
  part(
    '3.8',
    'an application with the uid of the proxy',
    {...PLAIN, edit: [['imagePullPolicy: Always', 'securityContext: {runAsUser: 1337}']]},
    'check',
    /MCT1001/,
    /1337/,
  ),
  part('3.9', 'NET_ADMIN and NET_RAW are there', INJECTED, 'check', /0 errors/),
  part('3.9', 'and when they are not', {...INJECTED, edit: [['NET_ADMIN', 'CHOWN']]}, 'check', /NET_ADMIN/),
  part(
    '3.10',
    'all inbound but the mesh’s own ports',
    INJECTED,
    'iptables --expected -o short',
    /15020.*15021.*15090/,
    /uid 1337/,
  ),
  asked('3.11', 'validating and mutating webhooks', 'explain validating mutating webhook', /reject/i, /inject|change/i),
  {
    id: '3.12',
    title: 'a dump beside a manifest: one exemption is missing',
    input: [INJECTED, RULES],
    command: 'iptables --drift',
    says: [/15020/, /missing/],
    exit: [1],
  },
  {
    id: '4.1',
    title: 'Job, DaemonSet, ReplicaSet, Pod, Deployment',
    input: [INJECTABLE],
    command: 'check-inject',
    says: [/web-pod/, /web-job/, /web-daemonset/, /web-replicaset/, /web-deployment/],
  },
  {
    id: '4.2',
    title: 'Service, Secret, ConfigMap are not injected',
    input: [NOT_INJECTED],
    command: 'check-inject',
    says: [/Service/, /Secret/, /ConfigMap/, /not injected|no pods|nothing .*inject/i],
    exit: [2, 3],
  },
  {
    id: '4.3',
    title: 'a malformed manifest: the line is named',
    input: [{page: '004', from: '$ vim jiuxi-deployment.yaml', to: '- containerPort: 80'}],
    command: 'check',
    says: [/:\d+:\d+/, /spec/],
    exit: [2],
  },
  {
    id: '4.3',
    title: 'app/v1 where apps/v1 is meant',
    input: [
      {
        page: '004',
        from: 'apiVersion: app/v1',
        to: '- containerPort: 80',
        edit: [
          ['spec\n', 'spec:\n'],
          ['image:nginx', 'image: nginx'],
        ],
      },
    ],
    command: 'check',
    says: [/app\/v1/, /apps\/v1/],
    exit: [1, 2, 3],
  },
  page('004', '4.4', 'netstat with a column missing', 'ports', /80\/tcp +\* +nginx: master pro/),
  asked(
    '4.5',
    'five more ports beside the application’s',
    'ports deploy/reviews-v1 -n demo --from sample',
    /9080\/tcp +\* +app \(0\)/,
    /15001\/tcp +\* +envoy \(1337\)/,
    /15006\/tcp +\* +envoy \(1337\)/,
    /15020\/tcp +\* +pilot-agent \(1337\)/,
    /15021\/tcp +\* +envoy \(1337\)/,
    /15090\/tcp +\* +envoy \(1337\)/,
  ),
  part(
    '4.6',
    'ifconfig of both containers',
    {page: '004', from: '-c nginx -- ifconfig', to: '处于相同的网络空间中.'},
    'net',
    /10\.244\.10\.11/,
  ),
  page('004', '4.7', 'an excerpt of the log of istio-init', 'iptables', /excerpt, 1 rule/, /15001/),
  part(
    '4.8',
    'iptables -nvL -t nat, an excerpt',
    {page: '004', from: '查看此pod被调度到哪台机器上', to: 'redir ports 15001'},
    'iptables',
    /excerpt, 1 rule/,
    /ISTIO_REDIRECT/,
    /15001/,
  ),
  asked(
    '4.9',
    'rules need privileges: how to get them',
    'iptables --help',
    /--debug-container/,
    /privileg|root|NET_ADMIN/i,
  ),
  {
    id: '4.9',
    title: 'what iptables says without them',
    input: [
      "$ kubectl exec jiuxi -c istio-proxy -- iptables -t nat -S\niptables v1.8.4 (legacy): can't initialize iptables table `nat': Permission denied (you must be root)\nPerhaps iptables or your kernel needs to be upgraded.\n怎么办？\n",
    ],
    command: 'iptables',
    says: [/--debug-container|privileg|root/i],
    exit: [2, 3],
  },
  page('004', '4.10', 'ps -ef without its columns', 'net', /pilot-agent proxy/, /Envoy/),
  {
    id: '4.11',
    title: '15000 only on 127.0.0.1',
    input: [
      '可以看到15000端口：\nProto Recv-Q Send-Q Local Address       Foreign Address      State      PID/Program name\ntcp        0      0 127.0.0.1:15000     0.0.0.0:*            LISTEN     20/envoy\ntcp        0      0 0.0.0.0:15001       0.0.0.0:*            LISTEN     20/envoy\n',
    ],
    command: 'ports',
    says: [/15000\/tcp +127\.0\.0\.1 .*Envoy admin/],
  },
  asked('4.12', 'duties of pilot-agent', 'explain pilot-agent', /istio-proxy/),
  {
    id: '4.13',
    title: 'arguments that were cut are not arguments',
    input: [{page: '004'}],
    command: 'iptables --expected',
    says: [/no rules are expected/],
    exit: [2],
  },
  asked(
    '4.14',
    'arguments of the proxy',
    'server-info deploy/reviews-v1 -n demo --from sample',
    /envoy-rev\.json|config/i,
  ),
  asked('4.15', 'injection on and off', 'explain istio-injection', /label/i),
  {
    id: '4.16',
    title: 'a Service file: nothing is injected',
    input: [NOT_INJECTED.split('---')[0] ?? ''],
    command: 'check-inject',
    says: [/Service/, /not injected|no pods|nothing .*inject/i],
    exit: [2, 3],
  },
]
