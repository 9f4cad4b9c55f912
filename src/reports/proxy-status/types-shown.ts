import {byXdsOrder, XDS_TYPES} from '../../model/envoy/xds-type.js'
import type {SyncState} from '../../model/istio/sync-state.js'
import type {Tone} from '../../terminal/doc.js'
import type {ProxyStatusReport} from './report.js'

/** How a sync state is coloured, in tables and on the page. */
export const SYNC_TONES: Readonly<Record<SyncState, Tone>> = {
  SYNCED: 'good',
  STALE: 'warn',
  ERROR: 'bad',
  'NOT SENT': 'dim',
  IGNORED: 'dim',
  SUBSCRIBED: 'dim',
}

/** The core types and every other type that some proxy subscribes to. */
export function typesShown({rows}: ProxyStatusReport): readonly string[] {
  const core = XDS_TYPES.filter(type => type.core).map(type => type.short)
  const seen = rows.flatMap(({proxy}) => proxy?.types ?? []).map(({type}) => type)
  return [...new Set([...core, ...seen])].sort(byXdsOrder)
}
