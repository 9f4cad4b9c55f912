import {asked, type Item, page, part} from './item.js'

const HELLO = {page: '002', from: 'hello_a_depolyment.yaml', to: 'targetPort: 6666'} as const

/** The Deployment of the page alone, without the Service below it. */
const HELLO_ALONE = {page: '002', from: 'hello_a_depolyment.yaml', to: 'port: 6666'} as const

const SECOND_SERVICE = `apiVersion: v1
kind: Service
metadata: {name: hello-tcp}
spec:
  selector: {app: hello}
  ports: [{name: tcp-hello, port: 80, targetPort: 6666}]
---
apiVersion: v1
kind: Service
metadata: {name: hello-http}
spec:
  selector: {app: hello}
  ports: [{name: http-hello, port: 80, targetPort: 6666}]
`

const BUILD_POD = `apiVersion: v1
kind: Pod
metadata:
  name: app-1-build
  namespace: default
  labels: {openshift.io/build.name: app-1}
spec:
  containers: [{name: build, image: builder}]
---
apiVersion: v1
kind: Namespace
metadata: {name: default, labels: {istio-injection: enabled}}
`

/** One pod that the annotation, the never and the always selectors and the policy decide on, in the order the page gives. */
function decided(annotation: string, labels: string, policy = 'enabled'): string {
  return `apiVersion: v1
kind: ConfigMap
metadata: {name: istio-sidecar-injector, namespace: istio-system}
data:
  config: |-
    policy: ${policy}
    neverInjectSelector: [{matchExpressions: [{key: never, operator: Exists}]}]
    alwaysInjectSelector: [{matchExpressions: [{key: always, operator: Exists}]}]
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web${labels}}${annotation}}
spec: {containers: [{name: web, image: web}]}
`
}

const ANNOTATED = ', annotations: {sidecar.istio.io/inject: "true"}'

/** The page's VirtualService with values where it has placeholders. */
const ROUTES = `apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: hello, namespace: default}
spec:
  hosts: [hello]
  http:
  - match: [{uri: {prefix: /a, exact: /a}}]
    route:
    - {destination: {host: hello, subset: missing}, weight: 60}
    - {destination: {host: nowhere.default.svc.cluster.local}, weight: 30}
`

const RULE = `apiVersion: networking.istio.io/v1alpha3
kind: DestinationRule
metadata: {name: hello, namespace: default}
spec:
  host: hello
  trefficPolicy:
    tls: {mode: DISABLED}
`

const GATEWAY = `apiVersion: networking.istio.io/v1alpha3
kind: Gateway
metadata: {name: web, namespace: default}
spec:
  selector: {istio: nobody}
  servers:
  - hosts: ["*"]
    port: {number: 443, name: https, protocol: HTTPS}
    tls: {mode: SIMPLE, serverCertificate: /etc/certs/tls.crt, privateKey: /etc/certs/tls.key}
`

const ENTRY = `apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata: {name: outside, namespace: default}
spec:
  hosts: [db.outside.example]
  location: MESH_EXTERNAL
  ports: [{number: 5432, name: tcp, protocol: TCP}]
  resolution: STATIC
`

const POLICY = `apiVersion: authentication.istio.io/v1alpha1
kind: Policy
metadata: {name: hello, namespace: default}
spec:
  targets: [{name: hello}]
  peers: [{mtls: {mode: STRICT}}]
`

const RUNS_AS_1337 = {
  page: '002',
  from: 'hello_a_depolyment.yaml',
  to: 'port: 6666',
  edit: [['image: hello:v1.0.0', 'image: hello:v1.0.0\n        securityContext: {runAsUser: 1337}']],
} as const

/** A shortened bookinfo of the release the page installs, and sleep. */
const BOOKINFO = ['details', 'ratings', 'reviews', 'productpage']
  .map(
    name => `apiVersion: v1
kind: Service
metadata: {name: ${name}, labels: {app: ${name}, service: ${name}}}
spec:
  ports: [{port: 9080, name: http}]
  selector: {app: ${name}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: bookinfo-${name}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}-v1, labels: {app: ${name}, version: v1}}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}, version: v1}}
  template:
    metadata: {labels: {app: ${name}, version: v1}}
    spec:
      serviceAccountName: bookinfo-${name}
      containers:
      - {name: ${name}, image: "docker.io/istio/examples-bookinfo-${name}-v1:1.15.0", ports: [{containerPort: 9080}]}
`,
  )
  .join('---\n')

/** Items of page 002 (notes on Istio 1.4 and 1.5). */
export const NOTES_OF_1_5: readonly Item[] = [
  page('002', '2.1', 'injection by label', 'check-inject', /istio-injection=enabled/),
  part(
    '2.1',
    'kubectl get ns -L istio-injection',
    {page: '002', from: '$ kubectl get ns -L', to: 'kube-public'},
    'read',
    /namespace default has injection enabled/,
    /namespace istio-system has injection disabled/,
  ),
  part(
    '2.2',
    'node ports and address of the ingress gateway',
    {page: '002', from: '$ kubectl get svc istio-ingressgateway', to: 'istio-ingressgateway   LoadBalancer'},
    'read',
    /130\.211\.10\.121/,
    /31380/,
    /31390/,
  ),
  part(
    '2.2',
    'EXTERNAL-IP that is pending: the node port is used instead',
    {
      page: '002',
      from: '$ kubectl get svc istio-ingressgateway',
      to: 'istio-ingressgateway   LoadBalancer',
      edit: [['130.211.10.121', '<pending>     ']],
    },
    'read',
    /no external address/,
    /31380/,
  ),
  asked('2.3', 'istioctl dashboard kiali', 'dashboard --help', /kiali/i),
  {
    ...part('2.4', 'what kube-inject would make of it', HELLO, 'check-inject', /default\/hello gets a sidecar/),
    title: 'kube-inject: is it injected',
  },
  part('2.4', 'and which rules it would get', HELLO, 'iptables --expected -o short', /port 15006/, /port 15001/),
  {
    id: '2.5',
    title: 'template, values and mesh from ConfigMaps',
    input: [{page: '002', from: '配置注入policy', to: 'initContainers:'}, BUILD_POD],
    command: 'check-inject',
    says: [/neverInjectSelector/],
  },
  asked('2.6', 'the admission webhook', 'explain webhook', /admission|API server/i),
  part(
    '2.7',
    'sidecar.istio.io/inject: "false"',
    {page: '002', from: '如何对某个POS关闭注入', to: 'command: ["/bin/sleep"'},
    'check-inject',
    /sidecar\.istio\.io\/inject/,
    /no sidecar|refuse/,
  ),
  {
    id: '2.8',
    title: 'policy and neverInjectSelector',
    input: [{page: '002', from: '配置注入policy', to: 'initContainers:'}, BUILD_POD],
    command: 'check-inject',
    says: [/neverInjectSelector/],
  },
  {
    id: '2.9',
    title: 'annotation before neverInjectSelector',
    input: [decided(ANNOTATED, ', never: "1"')],
    command: 'check-inject',
    says: [/gets a sidecar/],
  },
  {
    id: '2.9',
    title: 'neverInjectSelector before alwaysInjectSelector',
    input: [decided('', ', never: "1", always: "1"')],
    command: 'check-inject',
    says: [/neverInjectSelector/],
  },
  {
    id: '2.9',
    title: 'alwaysInjectSelector before the policy',
    input: [decided('', ', always: "1"', 'disabled')],
    command: 'check-inject',
    says: [/gets a sidecar/, /alwaysInjectSelector/],
  },
  {
    id: '2.10',
    title: 'VirtualService: subset and host that do not exist',
    input: [HELLO, ROUTES],
    command: 'analyze',
    says: [/hello\+missing|subset/, /nowhere/],
    exit: [1],
  },
  {
    id: '2.11',
    title: 'DestinationRule: a field and a mode that do not exist',
    input: [HELLO, RULE],
    command: 'analyze',
    says: [/trefficPolicy/, /trafficPolicy/],
    exit: [1],
  },
  {
    id: '2.12',
    title: 'Gateway whose selector matches no pod',
    input: [HELLO, GATEWAY],
    command: 'analyze',
    says: [/IST0101|selector/, /istio.nobody/],
    exit: [1],
  },
  {
    id: '2.13',
    title: 'ServiceEntry for TCP without addresses',
    input: [ENTRY],
    command: 'analyze',
    says: [/outside/, /address/],
    exit: [0],
  },
  {
    id: '2.14',
    title: 'Policy of authentication.istio.io',
    input: [HELLO, POLICY],
    command: 'check',
    says: [/Policy default\/hello/, /removed/, /PeerAuthentication/],
  },
  {
    ...part(
      '2.15',
      'RBACConfig and ClusterRBACConfig: no workload, and what they are',
      {page: '002', from: '## RBACCONFIG', to: '    - default'},
      'check',
      /ClusterRBACConfig/,
      /removed in Istio 1\.6/,
      /AuthorizationPolicy/,
    ),
    exit: [2],
  },
  asked('2.16', 'mTLS of a call', 'explain mTLS', /certificate/i),
  asked(
    '2.16',
    'istioctl authn tls-check',
    'mtls deploy/productpage-v1 details -n demo --from sample',
    /details/,
    /STRICT/,
  ),
  asked('2.17', 'SPIFFE', 'explain SPIFFE', /identities in the mesh/),
  asked(
    '2.17',
    'identity and validity of a certificate',
    'certs -n demo --from sample',
    /spiffe:\/\/\S+\/ns\/demo\/sa\//,
  ),
  asked('2.18', 'Galley and Pilot', 'explain Galley Pilot Citadel', /istiod/),
  asked('2.19', 'Mixer', 'explain Mixer', /removed/i),
  asked(
    '2.19',
    'what Mixer was configured with',
    'explain handler instance disablePolicyChecks',
    /Mixer[\s\S]*Mixer[\s\S]*Mixer/,
  ),
  {
    id: '2.20',
    title: 'what Envoy counts for Prometheus',
    input: [
      '监控数据：\nistio_requests_total{reporter="source",response_code="200",response_flags="-",source_workload="sleep",destination_service="hello.default.svc.cluster.local"} 40\nistio_requests_total{reporter="source",response_code="503",response_flags="UH",source_workload="sleep",destination_service="hello.default.svc.cluster.local"} 2\n谢谢\n',
    ],
    command: 'read',
    says: [/503/, /UH/, /hello\.default/],
  },
  asked('2.21', 'REGISTRY_ONLY and its 502', 'explain REGISTRY_ONLY 502', /service registry/i, /502/),
  part(
    '2.21',
    'the 502 of curl -I under REGISTRY_ONLY',
    {page: '002', from: '配置下方到envoy需要一点时间', to: 'HTTP/1.1 502 Bad Gateway'},
    'read',
    /502/,
    /REGISTRY_ONLY/,
  ),
  asked('2.22', 'proxy-config bootstrap', 'pc bootstrap deploy/reviews-v1 -n demo --from sample', /"admin"/),
  asked(
    '2.23',
    'proxy-config cluster -n istio-system',
    'pc cluster -n istio-system deploy/istio-ingressgateway --from sample',
    /SERVICE FQDN/,
  ),
  asked('2.24', 'states', 'explain SYNCED STALE', /acknowledged/),
  asked('2.24', 'NOT SENT', 'explain NOT SENT', /has sent nothing/),
  asked(
    '2.25',
    'proxy-status of one pod',
    'proxy-status deploy/reviews-v1 -n demo --from sample',
    /no difference \(\d+ clusters, \d+ listeners, \d+ routes\)/,
  ),
  asked('2.26', 'server_info', 'server-info deploy/reviews-v1 -n demo --from sample', /1\.\d+\.\d+/),
  asked('2.27', 'UID 1337', 'explain 1337', /sidecar|proxy/),
  part('2.27', 'an application as uid 1337', RUNS_AS_1337, 'check', /MCT1001/, /1337/),
  asked('2.28', 'HTTP/1.0', 'explain 426', /HTTP\/1\.0/),
  {
    id: '2.29',
    title: 'a pod in no Service',
    input: [HELLO_ALONE, SECOND_SERVICE.replaceAll('app: hello', 'app: other')],
    command: 'check',
    says: [/MCT1102/, /Service/],
  },
  {
    id: '2.30',
    title: 'several Services of one pod with different protocols',
    input: [HELLO_ALONE, SECOND_SERVICE],
    command: 'check',
    says: [/MCT1103/, /hello-tcp/, /hello-http/],
    exit: [1],
  },
  part(
    '2.31',
    'no version label',
    {...HELLO_ALONE, edit: [['        version: "a"\n', '']]},
    'check',
    /MCT1101/,
    /version/,
  ),
  asked('2.32', 'NET_ADMIN', 'explain NET_ADMIN', /istio-init/, /CNI/),
  asked(
    '2.33',
    'LDS RDS CDS EDS ADS HDS',
    'explain LDS RDS CDS EDS ADS HDS',
    /Listener/,
    /Route/,
    /Cluster/,
    /Endpoint/,
    /Health/,
  ),
  page(
    '002',
    '2.34',
    'Deployment hello with its Service',
    'check -o wide',
    /0 errors/,
    /Deployment default\/hello would get a sidecar/,
    /hello:80 has neither name nor appProtocol/,
  ),
  asked(
    '2.35',
    'what the variables of an injected pod mean',
    'explain ISTIO_META_CLUSTER_ID ISTIO_META_CONFIG_NAMESPACE ISTIO_META_INTERCEPTION_MODE ISTIO_META_WORKLOAD_NAME ISTIO_META_OWNER ISTIO_META_MESH_ID',
    /cluster/i,
    /namespace/i,
    /REDIRECT/,
    /workload/i,
    /owner|Deployment/i,
    /mesh/i,
  ),
  page('002', '2.36', 'the events of sleep', 'explain', /Kubernetes/),
  part(
    '2.36',
    'Pulled, Created, Started: the sidecar was injected and runs',
    {page: '002', from: '$ kubectrl describe', to: 'Started container istio-proxy'},
    'explain',
    /istio-proxy/,
    /Started|started/,
    /harmless|normal|nothing is wrong/i,
  ),
  asked(
    '2.37',
    'would the call of sleep be answered',
    'trace deploy/sleep http://productpage:9080/productpage -n demo --from sample',
    /productpage/,
  ),
  part(
    '2.37',
    'kubectl exec sleep curl hello-a: answered by the application',
    {page: '002', from: '$ kubectl exec -it $SLEEP_POD', to: 'HELLO a'},
    'read',
    /curl/,
  ),
  {
    id: '2.38',
    title: 'bookinfo.yaml',
    input: [BOOKINFO],
    command: 'check',
    says: [/0 errors/],
    exit: [0],
  },
]
