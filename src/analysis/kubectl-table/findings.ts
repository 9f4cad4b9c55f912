import {own} from '../../model/collections/own.js'
import type {KubectlTable} from '../../model/kube/kubectl-table.js'
import {istioObjectFindings} from './istio-objects.js'

type Row = Readonly<Record<string, string>>
type Finding = (row: Row, name: string) => string | undefined

/** What the STATUS of a pod says (kubectl's printer of pods; kubernetes.io, "Debug Pods"), and what to ask next. */
const POD_STATES: readonly (readonly [RegExp, string])[] = [
  [
    /^Init:(Error|CrashLoopBackOff)$/,
    'an init container fails. Read its log: istio-init needs NET_ADMIN and NET_RAW, istio-validation finds no redirection, others may need the network before the proxy runs',
  ],
  [
    /^Init:\d+\/\d+$/,
    'an init container has not finished: it may wait for the network, which the proxy does not serve yet',
  ],
  [/^Init:/, 'an init container cannot start'],
  [/^PodInitializing$/, 'its init containers have finished and its containers start'],
  [
    /^(ErrImagePull|ImagePullBackOff|InvalidImageName)$/,
    'an image cannot be pulled; an image named auto is a pod that was not injected',
  ],
  [
    /^(CrashLoopBackOff|Error|RunContainerError|StartError)$/,
    'a container ends again and again; read the log of its previous run',
  ],
  [/^OOMKilled$/, 'a container exceeded its memory limit'],
  [/^CreateContainer(Config)?Error$/, 'a container cannot be created: a ConfigMap, Secret or mount is missing'],
  [/^Pending$/, 'it is not scheduled, or waits for a volume; its events say why'],
  [/^ContainerCreating$/, 'its network, volumes or containers are being set up; events name a failing CNI plugin'],
  [/^Terminating$/, 'it is being deleted; a sidecar drains its connections first'],
  // Kubernetes, pkg/printers: some containers have completed, others run, and the pod is not ready.
  [/^NotReady$/, 'a container has ended and another still runs, as when the sidecar of a Job keeps running'],
  [/^(Unknown|NodeLost)$/, 'its node does not answer'],
  [/^Evicted$/, 'its node ran out of memory or disk'],
  [/^(Completed|Succeeded|Running)$/, ''],
]

function counts(ready: string | undefined): readonly [number, number] | undefined {
  const [, have, want] = /^(\d+)\/(\d+)$/.exec(ready ?? '') ?? []
  return have === undefined || want === undefined ? undefined : [Number(have), Number(want)]
}

/** What a part of the mesh that does not run means for all others (istio.io, "Architecture"; names of its charts). */
const PARTS: readonly (readonly [name: RegExp, effect: string])[] = [
  [/^istiod-/, 'Without istiod no pod is injected, and proxies keep the configuration they have'],
  [/^istio-cni-node-/, 'On its node new pods of the mesh do not start, or start without redirection'],
  [/^ztunnel-/, 'Ambient pods of its node have no traffic'],
]

function effectOf(name: string): string {
  const found = PARTS.find(([pattern]) => pattern.test(name.split('/').at(-1) ?? ''))
  return found === undefined ? '' : `. ${found[1]}`
}

function podState(row: Row, name: string): string | undefined {
  const {STATUS: status = '', READY: ready, RESTARTS: restarts = ''} = row
  const known = POD_STATES.find(([pattern]) => pattern.test(status))?.[1]
  const of = counts(ready)
  const again = Number.parseInt(restarts, 10) > 0 ? `; restarts: ${restarts}` : ''
  if (known === undefined || known !== '')
    return `pod ${name} is ${status}${known === undefined ? '' : `: ${known}`}${again}${effectOf(name)}`
  if (status === 'Running' && of !== undefined && of[0] < of[1])
    return `pod ${name} has ${of[0]} of ${of[1]} containers ready: a Service sends it no traffic until all are${again}${effectOf(name)}`
  return again === '' ? undefined : `pod ${name} runs now${again}`
}

function podsNotCreated(row: Row, name: string): string | undefined {
  const of = counts(row.READY) ?? [Number(row.AVAILABLE ?? row.READY), Number(row.DESIRED)]
  if (!(of[0] < of[1])) return undefined
  const made = row['UP-TO-DATE'] ?? row.CURRENT
  const none =
    made === '0' ? '; no pod was created: the events of its ReplicaSet say why (quota, Pod Security, a webhook)' : ''
  return `${name} has ${of[0]} of ${of[1]} pods ready${none}`
}

/** Where a Service is reached from outside: its address with its ports, and its node ports (\`80:31380/TCP\`). */
function wayIn(row: Row, name: string): string | undefined {
  if (row.TYPE !== 'LoadBalancer' && row.TYPE !== 'NodePort') return undefined
  const pairs = [...(row['PORT(S)'] ?? '').matchAll(/(\d{1,5}):(\d{1,5})\/(?:TCP|UDP|SCTP)/g)]
  if (pairs.length === 0) return undefined
  const address = row['EXTERNAL-IP'] ?? ''
  const outside = /^[\d.:a-f]+$|\w\.\w/.test(address)
    ? `at ${address} (${pairs.map(([, port]) => port).join(', ')}) and `
    : ''
  return `Service ${name} is reached from outside ${outside}at each node: ${pairs.map(([, port, node]) => `${node} for ${port}`).join(', ')}`
}

const SIDECARS: readonly string[] = ['istio-proxy', 'linkerd-proxy', 'kuma-sidecar', 'consul-dataplane', 'envoy']

/** True for a list that ends within a name: with a comma, dots, or the beginning of a sidecar's name. */
function isCut(cell: string, last: string): boolean {
  const name = last.replace(/(?:\.{2,3}|…)$/, '')
  return (
    name !== last ||
    cell.endsWith(',') ||
    (name !== '' && SIDECARS.some(each => each !== name && each.startsWith(name)))
  )
}

/** Whether a pod has a sidecar, by the names of its containers (Istio's, Linkerd's, Kuma's, Consul's and Open Service Mesh's). */
function sidecarAmong(row: Row, name: string): string {
  const all = Object.entries(row).filter(([column]) => column !== 'NAME' && column !== 'NAMESPACE')
  const containers = all.flatMap(([, cell]) => cell.split(/[,\s]+/)).filter(each => each !== '' && each !== '<none>')
  const sidecar = containers.find(each => SIDECARS.includes(each))
  const last = containers.at(-1) ?? ''
  if (sidecar === undefined && isCut(all.at(-1)?.[1] ?? '', last))
    return `whether pod ${name} has a sidecar is not checked, because its containers are cut at ${last}`
  if (sidecar === undefined) return `pod ${name} has no sidecar: its containers are ${containers.join(', ')}`
  const capture = containers.includes('istio-validation')
    ? '; the CNI plugin sets up its rules (istio-validation checks them)'
    : containers.includes('istio-init')
      ? '; istio-init sets up its rules'
      : ''
  return `pod ${name} has the sidecar ${sidecar}${capture}`
}

const FINDINGS: Readonly<Record<string, Finding>> = {
  pods: podState,
  deployments: podsNotCreated,
  replicasets: podsNotCreated,
  daemonsets: podsNotCreated,
  statefulsets: podsNotCreated,
  services: (row, name) =>
    row['EXTERNAL-IP'] === '<pending>' || row['EXTERNAL-IP'] === 'pending'
      ? `Service ${name} has no external address yet: nothing in the cluster provides load balancers, or it is still at work; use a node port (${row['PORT(S)'] ?? ''}) meanwhile`
      : row['CLUSTER-IP'] === 'None'
        ? `Service ${name} is headless: clients connect to its pods, and ports without a declared protocol are TCP`
        : row.TYPE === 'ExternalName'
          ? `Service ${name} is an ExternalName: its name is an alias, and it has no pods`
          : wayIn(row, name),
  endpoints: (row, name) =>
    row.ENDPOINTS === '<none>' || row.ENDPOINTS === ''
      ? `Service ${name} has no ready endpoint: Envoy answers 503 (UH, no healthy upstream). Its selector matches no pod, or no matching pod is ready`
      : undefined,
  'containers-of-pods': sidecarAmong,
  containers: (row, name) => {
    const status = row.STATUS ?? ''
    const [, at] = /(\S{1,80})->15000\/tcp/.exec(row.PORTS ?? '') ?? []
    if (at !== undefined)
      return `container ${name} publishes Envoy's admin interface (15000) at ${at}: any client that reaches it reads all configuration and can stop the proxy; publish it on 127.0.0.1 or not at all`
    if (/^Exited \(0\)/.test(status))
      return /init/.test(row.IMAGE ?? '')
        ? `container ${name}: ${status}; an init container ends so when it is done`
        : undefined
    return /^(Exited|Restarting|Dead|Created|Paused)/.test(status)
      ? `container ${name} (${row.IMAGE}): ${status}; read its log: docker logs ${name}`
      : undefined
  },
  nodes: (row, name) => (row.STATUS === 'Ready' ? undefined : `node ${name} is ${row.STATUS}`),
  'certificates.cert-manager.io': (row, name) =>
    row.READY === 'True'
      ? undefined
      : `Certificate ${name} is not ready: cert-manager has not issued it, so the Secret ${row.SECRET ?? ''} is missing or old; kubectl describe certificate ${name} names its CertificateRequest and the reason`,
  certificatesigningrequests: (row, name) =>
    /\bIssued\b/.test(row.CONDITION ?? '')
      ? undefined
      : /\bApproved\b/.test(row.CONDITION ?? '')
        ? `${name} is approved and not issued: the signer ${row.SIGNERNAME ?? ''} has signed no certificate; its controller does not run, does not serve this name, or may not sign for it`
        : `${name} is ${row.CONDITION ?? 'without a condition'}: no certificate was issued for it; its signer is ${row.SIGNERNAME ?? 'unknown'}`,
  namespaces: (row, name) =>
    row['ISTIO-INJECTION'] === 'enabled' && (row.REV ?? '') !== ''
      ? `namespace ${name} has both istio-injection=enabled and istio.io/rev=${row.REV}: istio-injection takes precedence, and the revision is ignored`
      : row['ISTIO-INJECTION'] === undefined && row.REV === undefined
        ? undefined
        : row['ISTIO-INJECTION'] === 'enabled' || (row.REV ?? '') !== ''
          ? `namespace ${name} has injection enabled`
          : row['ISTIO-INJECTION'] === 'disabled'
            ? `namespace ${name} has injection disabled`
            : undefined,
  peerauthentications: (row, name) =>
    row.MODE === 'STRICT'
      ? `PeerAuthentication ${name} is STRICT: clients without a sidecar, which send plaintext, are refused`
      : row.MODE === 'DISABLE'
        ? `PeerAuthentication ${name} is DISABLE: servers accept plaintext only`
        : undefined,
  authorizationpolicies: (row, name) =>
    row.ACTION === undefined || row.ACTION === '' || row.ACTION === 'ALLOW'
      ? `AuthorizationPolicy ${name} is ALLOW: requests to its workloads that no ALLOW policy matches are refused (403)`
      : `AuthorizationPolicy ${name} is ${row.ACTION}`,
  'gateways.gateway.networking.k8s.io': (row, name) =>
    row.PROGRAMMED === undefined || row.PROGRAMMED === 'True'
      ? undefined
      : `Gateway ${name} is not programmed (${row.PROGRAMMED}): no controller has set it up; see its status conditions`,
}

/** Pods of the mesh's own parts and of Kubernetes: those have one container and no sidecar. */
const SYSTEM =
  /^(?:kube-system|istio-system|istio-ingress|gke-\S+|calico-system|kube-\S+)\/|(?:^|\/)(?:istio|ztunnel|coredns|kube-)/

function withoutSidecar(names: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  const shown = `${names.slice(0, 5).join(', ')}${names.length > 5 ? `, and ${names.length - 5} more` : ''}`
  return [`one container, so no sidecar (in ambient mode there is none): ${shown}`]
}

/** What the rows of kubectl's tables say that a person who debugs a mesh would look for, in the order of the rows. */
export function kubectlFindings(tables: readonly KubectlTable[]): readonly string[] {
  const together = istioObjectFindings(tables)
  const each = tables.flatMap(({kind, rows}) => {
    const named = rows.map(row => ({
      row,
      name: row.NAMESPACE === undefined ? (row.NAME ?? '') : `${row.NAMESPACE}/${row.NAME ?? ''}`,
    }))
    const found = named.flatMap(({row, name}) => own(FINDINGS, kind)?.(row, name) ?? [])
    const single = named.filter(({row, name}) => row.READY === '1/1' && row.STATUS === 'Running' && !SYSTEM.test(name))
    const bare = kind === 'pods' ? withoutSidecar(single.map(({name}) => name)) : []
    const all = [...found, ...bare]
    if (kind === 'virtualservices' && together.length > 0) return all
    return all.length > 0
      ? all
      : [
          rows.length === 1
            ? `the only row of ${kind} shows no fault`
            : `none of ${rows.length} rows of ${kind} shows a fault`,
        ]
  })
  return [...together, ...each]
}
