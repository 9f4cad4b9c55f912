import {ExtProc} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {unpack} from '../../../model/envoy/schema.js'
import type {HttpState} from '../http/state.js'
import {undecided} from '../undecided.js'
import {filterRuns} from './overrides.js'

/**
 * Undecided where a filter may change a reply of Envoy itself: replies pass all filters on their way back, also those that the request
 * did not reach. An external processor that cannot be reached and must answer makes 500 of them; what a filter that is not modelled does
 * is not known.
 */
export function refuseChangedReplies(
  state: HttpState,
  filters: readonly HttpFilter[],
  isModelled: (type: string) => boolean,
): void {
  for (const filter of filters) {
    const type = filter.typedConfig?.type ?? ''
    const processor = unpack(filter.typedConfig, ExtProc)
    const leaves =
      processor === undefined ? filter.configDiscovery !== undefined || isModelled(type) : processor.failureModeAllow
    if (!leaves && filterRuns(state, filter))
      undecided(`what HTTP filter ${filter.name ?? type} makes of a reply`, filter.at)
  }
}
