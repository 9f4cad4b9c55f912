import {textOf} from '../formats/decode.js'
import {own} from '../model/collections/own.js'
import {clustersOf, endpointConfig, type MadeCluster} from './clusters.js'
import {resourcesOf, withSection} from './dump.js'
import type {Message} from './rbac/strings.js'
import {hostsInScope, hostsOutOfScope} from './scope.js'
import type {Viewpoint} from './viewpoint.js'
import {routedDestinations} from './virtual-services.js'

/** Every outbound cluster istiod makes for a proxy, by name. */
export function madeClusters({state, place}: Viewpoint): ReadonlyMap<string, MadeCluster> {
  const made = new Map<string, MadeCluster>()
  const inScope = hostsInScope(state, place)
  const others = hostsOutOfScope(state, place, inScope)
  const led = others.length === 0 ? new Set<string>() : routedDestinations(state, place)
  for (const host of [...inScope, ...others.filter(({host}) => led.has(host))])
    for (const each of clustersOf(state, place, host)) if (!made.has(each.name)) made.set(each.name, each)
  return made
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** A cluster with what changed from `was` to `is`; what Envoy has besides that stays. */
function changed(cluster: Message, was: Message, is: Message): Message {
  const differ = new Set([...Object.keys(was), ...Object.keys(is)].filter(key => !same(own(was, key), own(is, key))))
  const keys = new Set([...Object.keys(cluster), ...differ])
  return Object.fromEntries(
    [...keys].flatMap(key => {
      const value = own(differ.has(key) ? is : cluster, key)
      return value === undefined ? [] : [[key, value]]
    }),
  )
}

/** What happened to the clusters: removed, added or changed ones by name. */
export interface ClusterChange {
  readonly dump: Message
  readonly gone: ReadonlySet<string>
  readonly fresh: ReadonlySet<string>
}

/** Lays the difference between the clusters of two viewpoints over a dump. */
export function outboundClusters(
  dump: Message,
  from: Viewpoint,
  to: Viewpoint,
  donors: readonly Message[],
): ClusterChange {
  const was = madeClusters(from)
  const is = madeClusters(to)
  const gone = new Set([...was.keys()].filter(name => !is.has(name)))
  const there = new Set(resourcesOf(dump, 'clusters').map(each => textOf(each, 'name') ?? ''))
  const fresh = new Set([...is.keys()].filter(name => !was.has(name) && !there.has(name)))
  const edit = (cluster: Message): Message | undefined => {
    const name = textOf(cluster, 'name') ?? ''
    if (gone.has(name)) return undefined
    const before = was.get(name)
    const after = is.get(name)
    if (before === undefined || after === undefined || same(before.cluster, after.cluster)) return cluster
    return changed(cluster, before.cluster, after.cluster)
  }
  const lent = (name: string) =>
    donors.flatMap(each => resourcesOf(each, 'endpoints')).find(each => textOf(each, 'cluster_name') === name)
  const edited = new Set<string>()
  const editEndpoints = (endpoints: Message): Message | undefined => {
    const name = textOf(endpoints, 'cluster_name') ?? ''
    if (gone.has(name)) return undefined
    const before = was.get(name)
    const after = is.get(name)
    edited.add(name)
    if (after === undefined || same(before?.endpoints, after.endpoints)) return endpoints
    return endpointConfig(after) ?? endpoints
  }
  const clusters = withSection(
    dump,
    'clusters',
    edit,
    [...fresh].map(name => is.get(name)?.cluster).filter(each => each !== undefined),
  )
  const withEndpoints = withSection(clusters, 'endpoints', editEndpoints, [])
  const missing = [...is.values()].filter(
    each => !edited.has(each.name) && (fresh.has(each.name) || !same(was.get(each.name)?.endpoints, each.endpoints)),
  )
  const added = missing.map(each => endpointConfig(each) ?? lent(each.name)).filter(each => each !== undefined)
  return {dump: withSection(withEndpoints, 'endpoints', each => each, added), gone, fresh}
}
