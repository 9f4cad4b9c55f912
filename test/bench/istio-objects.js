// Istio objects as a large mesh has them, and the pods and Services of one, in files.

function service(name, namespace, index) {
  return `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  clusterIP: 10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}
  selector: {app: ${name}}
  ports: [{name: http-main, port: 80, targetPort: 8080}]
`
}

function routing(name, namespace, index) {
  return [
    `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  hosts: [${name}.${namespace}.svc.cluster.local, ${name}.example.com]
  gateways: [mesh, istio-system/gateway-${index % 50}]
  http:
  - match:
    - uri: {prefix: /api/v1}
      headers: {end-user: {exact: jason}}
    route:
    - {destination: {host: ${name}, subset: v1, port: {number: 80}}, weight: 90}
    - {destination: {host: ${name}, subset: v2, port: {number: 80}}, weight: 10}
  - timeout: 10s
    retries: {attempts: 3, perTryTimeout: 2s, retryOn: 5xx}
    route:
    - destination: {host: ${name}, port: {number: 80}}
`,
    `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  host: ${name}
  trafficPolicy:
    connectionPool: {tcp: {maxConnections: 100}, http: {http1MaxPendingRequests: 10}}
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
`,
    `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${name}}}
  action: ALLOW
  rules:
  - from: [{source: {principals: [cluster.local/ns/${namespace}/sa/a, cluster.local/ns/${namespace}/sa/b]}}]
    to: [{operation: {methods: [GET, POST], paths: ["/api/*"], ports: ["8080"]}}]
`,
  ]
}

/** Services with a VirtualService, a DestinationRule and an AuthorizationPolicy each, and ServiceEntries: `count` objects. */
export function istioObjects(count) {
  const texts = []
  for (let index = 0; texts.length < count; index++) {
    const [name, namespace] = [`app-${index}`, `team-${index % 50}`]
    texts.push(service(name, namespace, index), ...routing(name, namespace, index))
    texts.push(`apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: external-${index}, namespace: ${namespace}}
spec:
  hosts: [external-${index}.example.org]
  resolution: DNS
  ports: [{number: 443, name: tls, protocol: TLS}]
`)
  }
  return texts.slice(0, count).join('---\n')
}

/** Workloads of one pod with a Service each, and a policy for every tenth. */
export function meshedWorkloads(count) {
  return Array.from({length: count}, (_, index) => {
    const [name, namespace] = [`app-${index}`, `team-${index % 20}`]
    const ip = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`
    const pod = `apiVersion: v1
kind: Pod
metadata: {name: ${name}-0, namespace: ${namespace}, labels: {app: ${name}, security.istio.io/tlsMode: istio}, annotations: {sidecar.istio.io/status: '{}'}}
spec: {serviceAccountName: ${name}, containers: [{name: app, image: app, ports: [{containerPort: 8080}]}, {name: istio-proxy, image: 'istio/proxyv2:1.31.0'}]}
status: {phase: Running, podIP: ${ip}, podIPs: [{ip: ${ip}}], conditions: [{type: Ready, status: 'True'}]}
`
    return [service(name, namespace, index), pod, ...(index % 10 === 0 ? [routing(name, namespace, index)[2]] : [])]
  })
    .flat()
    .join('---\n')
}
