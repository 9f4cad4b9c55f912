import {at, field, isObject, listOf, objectOf} from '../../../formats/decode.js'
import {decodeClusters} from '../../../formats/envoy-config-dump/clusters.js'
import {decodeListeners} from '../../../formats/envoy-config-dump/listeners.js'
import {managedBy} from '../../../formats/envoy-config-dump/management.js'
import {parseSections, section} from '../../../formats/envoy-config-dump/parse.js'
import {decodeRoutes} from '../../../formats/envoy-config-dump/routes.js'
import {groupedPairs} from '../../../model/collections/grouped-by.js'
import {clusterNameParts} from '../../../model/envoy/envoy-cluster.js'
import type {EnvoyListener, FilterChainSummary, ListenerDestination} from '../../../model/envoy/envoy-listener.js'
import type {EnvoyRoute, VirtualHostSummary} from '../../../model/envoy/envoy-route.js'
import {type Answer, answered, type Gap} from '../../../model/evidence/answer.js'
import type {PodRef} from '../../../model/kube/kube-object.js'
import {byText} from '../../../model/text/order.js'
import type {Source} from '../../../sources/source.js'

/** How a proxy handles a port of its pod: the protocol it assumes, and whether it accepts mTLS, plaintext or both. */
export interface DetectedPort {
  readonly port: number
  readonly protocol: 'HTTP' | 'TCP' | 'HTTP or TCP'
  readonly mtls: 'STRICT' | 'PERMISSIVE' | 'DISABLE'
}

/** A routing object (`name.namespace`) and the hosts the proxy uses it for. */
export interface ProxyRule {
  readonly rule: string
  readonly hosts: readonly string[]
}

/** What a proxy's configuration says about its ports and the objects it was generated from; parts missing from the dump are absent. */
export interface ProxyView {
  readonly inbound?: readonly DetectedPort[]
  /** The AuthorizationPolicies its inbound listener enforces. */
  readonly policies?: readonly string[]
  readonly destinationRules?: readonly ProxyRule[]
  readonly virtualServices?: readonly ProxyRule[]
  /** Every host it has outbound clusters for. */
  readonly hosts: ReadonlySet<string>
}

function isHttp({to, ...rest}: ListenerDestination): boolean {
  return to === 'route' || to === 'inline' || (to === 'unread' && 'protocol' in rest && rest.protocol === 'HTTP')
}

/** A port's mTLS mode from its filter chains: mTLS, plaintext or both (a TLS passthrough chain is ignored). */
function portOf(port: number, chains: readonly FilterChainSummary[]): DetectedPort {
  const http = chains.some(({destination}) => isHttp(destination))
  const tcp = chains.some(({destination}) => !isHttp(destination))
  const strict = chains.some(({tls}) => tls === 'mTLS')
  const plain = chains.some(
    ({tls, match}) => tls === 'none' && (match.transport === '' || match.transport === 'raw_buffer'),
  )
  return {
    port,
    protocol: http && tcp ? 'HTTP or TCP' : http ? 'HTTP' : 'TCP',
    mtls: strict ? (plain ? 'PERMISSIVE' : 'STRICT') : 'DISABLE',
  }
}

function inboundPorts(listener: EnvoyListener): readonly DetectedPort[] {
  const byPort = groupedPairs(
    listener.chains.flatMap(chain => {
      const port = chain.match.destinationPort
      // The blackhole chain of the capture port only drops loops.
      return port === undefined || chain.name === 'virtualInbound-blackhole' ? [] : [[port, chain] as const]
    }),
  )
  return [...byPort].map(([port, chains]) => portOf(port, chains)).sort((a, b) => a.port - b.port)
}

/** Keys of RBAC filters are `ns[NAMESPACE]-policy[NAME]-rule[N]`, with a prefix for CUSTOM ones (Istio's authorization builder). */
function policiesIn(listener: EnvoyListener): readonly string[] {
  const names = new Set<string>()
  for (const chain of listOf(listener.json, 'filter_chains')) {
    const filters = listOf(chain, 'filters').map(filter => field(filter, 'typed_config'))
    for (const config of [
      ...filters,
      ...filters.flatMap(each => listOf(each, 'http_filters')).map(each => field(each, 'typed_config')),
    ]) {
      for (const rules of ['rules', 'shadow_rules']) {
        for (const key of Object.keys(objectOf(config, rules, 'policies') ?? {})) {
          const [, namespace, name] = /ns\[([^\]]+)\]-policy\[([^\]]+)\]/.exec(key) ?? []
          if (name !== undefined) names.add(`${name}.${namespace}`)
        }
      }
    }
  }
  return [...names].sort(byText)
}

function collected(pairs: readonly (readonly [rule: string, host: string])[]): readonly ProxyRule[] {
  const hosts = new Map<string, Set<string>>()
  for (const [rule, host] of pairs) {
    if (rule === '') continue
    hosts.set(rule, (hosts.get(rule) ?? new Set()).add(host))
  }
  return [...hosts].map(([rule, set]) => ({rule, hosts: [...set].sort(byText)})).sort((a, b) => byText(a.rule, b.rule))
}

function hostsOf(clusters: readonly string[]): readonly string[] {
  return clusters.flatMap(name => clusterNameParts(name)?.host ?? [])
}

function routeHosts({domains}: VirtualHostSummary, {action}: EnvoyRoute): readonly string[] {
  const clusters =
    action.kind === 'cluster'
      ? [action.cluster]
      : action.kind === 'weighted'
        ? action.clusters.map(each => each.cluster)
        : []
  return [...domains, ...hostsOf(clusters)]
}

function chainPairs(listener: EnvoyListener): readonly (readonly [string, string])[] {
  return listOf(listener.json, 'filter_chains').flatMap(chain => {
    const rule = managedBy(chain)
    if (rule === '') return []
    const configs = listOf(chain, 'filters').map(filter => field(filter, 'typed_config'))
    const names = configs.flatMap(config => [
      field(config, 'cluster'),
      ...listOf(config, 'weighted_clusters', 'clusters').map(each => at(each, 'name')),
    ])
    return hostsOf(names.filter(name => typeof name === 'string')).map(host => [rule, host] as const)
  })
}

/** Reads what a proxy's configuration was generated from; parts missing from its dump are added to the gaps. */
export async function readProxy(source: Source, pod: PodRef, gaps: Gap[]): Promise<Answer<ProxyView>> {
  const artifact = await source.evidence('envoy.config_dump', pod, {sections: ['clusters', 'listeners', 'routes']})
  if (!artifact.ok) return artifact
  const dump = parseSections(artifact.value, ['Clusters', 'Listeners', 'Routes'])
  if (!dump.ok) return dump
  const part = (name: string): unknown => {
    const found = section(dump.value, name)
    if (found.ok) return found.value
    gaps.push(found.gap)
    return undefined
  }
  const [clusterSection, listenerSection, routeSection] = [part('Clusters'), part('Listeners'), part('Routes')]
  const clusters = isObject(clusterSection) ? decodeClusters(clusterSection) : undefined
  const listeners = isObject(listenerSection) ? decodeListeners(listenerSection) : undefined
  const outbound = clusters?.filter(({parts}) => parts?.direction === 'outbound')
  const inbound = listeners?.find(({name}) => name === 'virtualInbound')
  const routes = isObject(routeSection)
    ? decodeRoutes(routeSection).flatMap(({virtualHosts}) =>
        virtualHosts.flatMap(host =>
          host.routes.flatMap(route => routeHosts(host, route).map(name => [route.rule, name] as const)),
        ),
      )
    : undefined
  return answered({
    hosts: new Set(outbound?.map(({parts}) => parts?.host ?? '')),
    ...(inbound === undefined ? {} : {inbound: inboundPorts(inbound), policies: policiesIn(inbound)}),
    destinationRules:
      outbound === undefined
        ? undefined
        : collected(outbound.map(({rule, parts}) => [rule, parts?.host ?? ''] as const)),
    virtualServices:
      routes === undefined ? undefined : collected([...routes, ...(listeners ?? []).flatMap(chainPairs)]),
  })
}
