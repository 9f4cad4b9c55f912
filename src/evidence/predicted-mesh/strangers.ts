import type {MeshPod} from '../../analysis/request-path/world.js'
import {at, listOf, numberOf, textOf} from '../../formats/decode.js'
import {resourcesOf} from '../../istiod/dump.js'
import type {Message} from '../../istiod/rbac/strings.js'
import type {RegisteredHost} from '../../istiod/registry.js'
import {own} from '../../model/collections/own.js'
import type {IpPort} from '../../model/envoy/request.js'
import type {NamespaceModel} from '../../model/istio/injection.js'
import {DATAPLANE_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import type {Labels} from '../../model/kube/selector.js'

/** An endpoint in the configuration of captured proxies, whose pod was not captured. */
export interface TracedEndpoint {
  readonly address: string
  readonly port: number
  readonly host: string
  readonly servicePort: number
  readonly workload: string
  readonly namespace: string
  readonly version: string
  readonly mtls: boolean
}

function endpointOf(entry: unknown, cluster: string): TracedEndpoint | undefined {
  const [, port = '', subset = '', host = ''] = cluster.split('|')
  const address = textOf(entry, 'endpoint', 'address', 'socket_address', 'address')
  const target = numberOf(entry, 'endpoint', 'address', 'socket_address', 'port_value')
  const words = (textOf(entry, 'metadata', 'filter_metadata', 'istio', 'workload') ?? '').split(';')
  if (address === undefined || target === undefined || subset !== '' || words.length < 4) return undefined
  const match = at(entry, 'metadata', 'filter_metadata', 'envoy.transport_socket_match')
  return {
    address,
    port: target,
    host,
    servicePort: Number(port),
    workload: words[0] ?? '',
    namespace: words[1] ?? '',
    version: words[3] ?? '',
    mtls: textOf(match, 'tlsMode') === 'istio',
  }
}

/** Every endpoint in the configurations of captured proxies. */
export function tracedEndpoints(dumps: readonly Message[]): readonly TracedEndpoint[] {
  const found = new Map<string, TracedEndpoint>()
  for (const config of dumps.flatMap(each => resourcesOf(each, 'endpoints'))) {
    const cluster = textOf(config, 'cluster_name') ?? ''
    if (!cluster.startsWith('outbound|')) continue
    for (const entry of listOf(config, 'endpoints').flatMap(each => listOf(each, 'lb_endpoints'))) {
      const endpoint = endpointOf(entry, cluster)
      if (endpoint !== undefined) found.set(`${endpoint.address}:${endpoint.port} ${cluster}`, endpoint)
    }
  }
  return [...found.values()]
}

/** How pods of a namespace take part in the mesh, by its labels (istio.io, "Installing the Sidecar", "Add workloads"). */
export function modeOfNamespace(namespace: NamespaceModel | undefined): PodMode {
  const labels = namespace?.labels ?? {}
  if (own(labels, DATAPLANE_LABEL) === 'ambient') return 'ambient'
  return own(labels, INJECTION_LABEL) === 'enabled' || own(labels, REVISION_LABEL) !== undefined ? 'sidecar' : 'none'
}

/** The accounts that clients of a Service expect in its certificate. */
export function expectedAccounts(dumps: readonly Message[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const cluster of dumps.flatMap(each => resourcesOf(each, 'clusters'))) {
    const [, , , host = ''] = (textOf(cluster, 'name') ?? '').split('|')
    const sockets = [
      at(cluster, 'transport_socket'),
      ...listOf(cluster, 'transport_socket_matches').map(each => at(each, 'transport_socket')),
    ]
    const sans = sockets.flatMap(each =>
      listOf(
        each,
        'typed_config',
        'common_tls_context',
        'combined_validation_context',
        'default_validation_context',
        'match_subject_alt_names',
      ).flatMap(san => textOf(san, 'exact') ?? []),
    )
    if (sans.length > 0) found.set(host, sans)
  }
  return found
}

export interface StrangerFacts {
  readonly endpoints: readonly TracedEndpoint[]
  readonly hosts: readonly RegisteredHost[]
  readonly namespaces: ReadonlyMap<string, NamespaceModel>
  readonly accounts: ReadonlyMap<string, readonly string[]>
}

function accountIn(sans: readonly string[]): string | undefined {
  const [only] = sans
  return sans.length === 1 ? /\/sa\/([^/]+)$/.exec(only ?? '')?.[1] : undefined
}

/** A pod that was not captured, by what the endpoints of captured proxies show about its address. */
export function strangerAt(
  address: string,
  named: {readonly namespace: string; readonly name: string} | undefined,
  facts: StrangerFacts,
): MeshPod | undefined {
  const mine = facts.endpoints.filter(each => each.address === address)
  const [first] = mine
  const namespace = first?.namespace ?? named?.namespace
  if (namespace === undefined) return undefined
  const labels: Record<string, string> = {}
  for (const {host} of mine)
    Object.assign(labels, facts.hosts.find(each => each.host === host)?.selector as Labels | undefined)
  if (first !== undefined && first.version !== '' && labels.version === undefined) labels.version = first.version
  const byNamespace = modeOfNamespace(facts.namespaces.get(namespace))
  const mode = mine.some(each => each.mtls) ? 'sidecar' : byNamespace
  const sans = mine.map(each => accountIn(facts.accounts.get(each.host) ?? [])).find(each => each !== undefined)
  return {
    ref: {namespace, name: named?.name ?? first?.workload ?? address},
    workload: first?.workload ?? named?.name ?? address,
    addresses: [address],
    mode,
    serviceAccount: sans ?? 'default',
    labels,
    ports: [...new Set(mine.map(each => each.port))],
    hostNetwork: false,
  }
}

/** The endpoints of a Service's port among them. */
export function endpointsOfHost(endpoints: readonly TracedEndpoint[], host: string, port: number): readonly IpPort[] {
  return endpoints
    .filter(each => each.host === host && each.servicePort === port)
    .map(({address, port: target}) => ({ip: address, port: target}))
}
