import type {Cluster, LbEndpoint} from '../../../model/envoy/cluster.js'
import type {Metadata} from '../../../model/envoy/core.js'
import {isStruct, type Json} from '../../../model/envoy/schema.js'
import {known, undecided} from '../undecided.js'

// Subsets: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/subsets

/** The metadata a request asks of an endpoint (`envoy.lb`), by key. */
export type WantedMetadata = ReadonlyMap<string, Json>

const NAMESPACE = 'envoy.lb'

function entriesOf(value: Json | undefined): readonly (readonly [string, Json])[] {
  return isStruct(value) ? Object.entries(value) : []
}

/** What metadata matches ask of an endpoint; the later ones win. */
export function wantedMetadata(matches: readonly (Metadata | undefined)[]): WantedMetadata {
  return new Map(matches.flatMap(each => entriesOf(each?.filterMetadata.get(NAMESPACE))))
}

type Subsets = NonNullable<Cluster['lbSubsetConfig']>

function sameJson(a: Json | undefined, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function hasAll(endpoint: LbEndpoint, wanted: WantedMetadata, listAsAny: boolean): boolean {
  const own = new Map(entriesOf(endpoint.metadata?.filterMetadata.get(NAMESPACE)))
  return [...wanted].every(([key, value]) => {
    const found = own.get(key)
    if (listAsAny && Array.isArray(found)) return (found as readonly Json[]).some(each => sameJson(each, value))
    return sameJson(found, value)
  })
}

function selectorOf(config: Subsets, keys: readonly string[]): Subsets['subsetSelectors'][number] | undefined {
  const wanted = [...new Set(keys)].sort().join('\n')
  const found = config.subsetSelectors.find(each => [...new Set(each.keys)].sort().join('\n') === wanted)
  return found === undefined ? undefined : known(found, 'a subset selector')
}

function fallen(config: Subsets, policy: string, all: readonly LbEndpoint[]): readonly LbEndpoint[] {
  if (policy === 'NO_FALLBACK') return []
  if (policy === 'ANY_ENDPOINT') return all
  if (policy !== 'DEFAULT_SUBSET') undecided(`subset fallback policy ${policy}`, config.at)
  const wanted = new Map(entriesOf(config.defaultSubset))
  return all.filter(each => hasAll(each, wanted, config.listAsAny))
}

/** Where a request is balanced: over the first set of endpoints, and over the next one if that has no usable endpoint. */
export type SubsetChoice = readonly (readonly LbEndpoint[])[]

function clusterFallback(config: Subsets, all: readonly LbEndpoint[]): SubsetChoice {
  const policy = config.fallbackPolicy ?? 'NO_FALLBACK'
  const found = fallen(config, policy, all)
  return config.panicModeAny && policy !== 'NO_FALLBACK' ? [found, all] : [found]
}

/** The endpoints of a cluster among which a request with this metadata is balanced. */
export function subsetEndpoints(config: Subsets, wanted: WantedMetadata, all: readonly LbEndpoint[]): SubsetChoice {
  const {metadataFallbackPolicy = 'METADATA_NO_FALLBACK', listAsAny} = known(config, 'lb_subset_config')
  if (metadataFallbackPolicy !== 'METADATA_NO_FALLBACK')
    undecided(`metadata_fallback_policy ${metadataFallbackPolicy}`, config.at)
  const selector = wanted.size === 0 ? undefined : selectorOf(config, [...wanted.keys()])
  if (selector === undefined) return clusterFallback(config, all)
  const found = all.filter(each => hasAll(each, wanted, listAsAny))
  if (selector.singleHostPerSubset && found.length > 1) undecided('single_host_per_subset of several', selector.at)
  if (found.length > 0) return [found]
  const policy = selector.fallbackPolicy ?? 'NOT_DEFINED'
  if (policy === 'NOT_DEFINED') return clusterFallback(config, all)
  if (policy !== 'KEYS_SUBSET') return [fallen(config, policy, all)]
  const kept = [...wanted].filter(([key]) => selector.fallbackKeysSubset.includes(key))
  return subsetEndpoints(config, new Map(kept), all)
}
