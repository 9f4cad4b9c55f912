import type {MeshPod} from '../../analysis/request-path/world.js'
import {readDump} from '../../evidence/mesh-world/site.js'
import type {PresentState} from '../../evidence/predicted-mesh/present.js'
import {at, listOf, numberOf, textOf} from '../../formats/decode.js'
import {clusterName} from '../../istiod/clusters.js'
import {resourcesOf} from '../../istiod/dump.js'
import {pairOf, type Sent, type Taken} from '../../istiod/mtls-pair.js'
import type {Message} from '../../istiod/rbac/strings.js'
import type {RegisteredHost, RegisteredPort} from '../../istiod/registry.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'

/** What one proxy holds, beside what the objects say. */
export interface MtlsProof {
  readonly side: 'client' | 'server'
  readonly pod: string
  readonly where: string
  /** What the proxy does by its own configuration. */
  readonly proxy: string
  /** What the objects say it should. */
  readonly objects: string
  readonly agrees: boolean
}

function sentBySocket(socket: unknown): Sent {
  const common = at(socket, 'typed_config', 'common_tls_context')
  if (common === undefined) return 'plaintext'
  const own = listOf(common, 'tls_certificate_sds_secret_configs').map(each => textOf(each, 'name'))
  if (own.includes('default')) return 'mTLS'
  return own.length + listOf(common, 'tls_certificates').length > 0 ? 'own mTLS' : 'TLS'
}

/** What a client's Envoy sends to one endpoint of a cluster (transport_socket_matches, then transport_socket). */
function sentByProxy(dump: Message, name: string, address: string): Sent | undefined {
  const cluster = resourcesOf(dump, 'clusters').find(each => textOf(each, 'name') === name)
  if (cluster === undefined) return undefined
  const matches = listOf(cluster, 'transport_socket_matches')
  if (matches.length === 0) return sentBySocket(at(cluster, 'transport_socket'))
  const endpoints = resourcesOf(dump, 'endpoints').find(each => textOf(each, 'cluster_name') === name)
  const entry = listOf(endpoints, 'endpoints')
    .flatMap(each => listOf(each, 'lb_endpoints'))
    .find(each => textOf(each, 'endpoint', 'address', 'socket_address', 'address') === address)
  if (entry === undefined) return undefined
  const mode = textOf(entry, 'metadata', 'filter_metadata', 'envoy.transport_socket_match', 'tlsMode')
  const chosen = matches.find(
    each => textOf(each, 'match', 'tlsMode') === mode || at(each, 'match', 'tlsMode') === undefined,
  )
  return sentBySocket(at(chosen, 'transport_socket'))
}

/** The mode a server's Envoy has on a port: which of its filter chains end TLS, and which accept plaintext. */
function takenByProxy(dump: Message, port: number): Taken | undefined {
  const inbound = resourcesOf(dump, 'listeners').find(each => textOf(each, 'name') === 'virtualInbound')
  const all = listOf(inbound, 'filter_chains')
  const own = all.filter(each => numberOf(each, 'filter_chain_match', 'destination_port') === port)
  const chains =
    own.length > 0 ? own : all.filter(each => at(each, 'filter_chain_match', 'destination_port') === undefined)
  if (chains.length === 0) return undefined
  const ends = chains.some(each => at(each, 'transport_socket', 'typed_config', 'require_client_certificate') === true)
  const plain = chains.some(
    each =>
      at(each, 'transport_socket') === undefined && textOf(each, 'filter_chain_match', 'transport_protocol') !== 'tls',
  )
  return ends ? (plain ? 'PERMISSIVE' : 'STRICT') : 'DISABLE'
}

/** What the Envoys at both ends of a pair hold, as far as they were read. */
export async function proofOf(
  source: Source,
  {state}: PresentState,
  from: MeshPod,
  {host, port}: {readonly host: RegisteredHost; readonly port: RegisteredPort},
  byIp: ReadonlyMap<string, MeshPod>,
): Promise<readonly MtlsProof[]> {
  const proofs: MtlsProof[] = []
  const client = from.mode === 'sidecar' ? await readDump(source, from) : undefined
  for (const endpoint of host.endpoints(port) ?? []) {
    const pod = byIp.get(endpoint.address)
    const place = {namespace: from.ref.namespace, labels: from.labels, gateway: false}
    const sender = from.mode === 'sidecar' ? place : 'no sidecar'
    const pair = pairOf(state, sender, {host, port, subset: undefined, endpoint}, pod?.mode)
    const name = clusterName(port.port, '', host.host)
    const sent = client?.ok === true ? sentByProxy(client.value as Message, name, endpoint.address) : undefined
    if (sent !== undefined)
      proofs.push({
        side: 'client',
        pod: podLabel(from.ref),
        where: `${name} to ${endpoint.address}:${endpoint.port}`,
        proxy: sent,
        objects: pair.sent,
        agrees: sent === pair.sent,
      })
    if (pod?.mode !== 'sidecar') continue
    const server = await readDump(source, pod)
    const taken = server.ok ? takenByProxy(server.value as Message, endpoint.port) : undefined
    if (taken !== undefined)
      proofs.push({
        side: 'server',
        pod: podLabel(pod.ref),
        where: `virtualInbound port ${endpoint.port}`,
        proxy: taken,
        objects: pair.taken,
        agrees: taken === pair.taken,
      })
  }
  return proofs
}
