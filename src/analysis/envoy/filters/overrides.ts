import type {HttpFilter} from '../../../model/envoy/http.js'
import {FilterConfig} from '../../../model/envoy/route.js'
import {type Packed, type Read, type Schema, unpack} from '../../../model/envoy/schema.js'
import type {HttpState} from '../http/state.js'
import {undecided} from '../undecided.js'

// Route based filter chain: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_filters#route-based-filter-chain

interface Override {
  readonly config: Packed | undefined
  readonly disabled: boolean | undefined
}

/** The most specific override of a filter by its name: weighted cluster, route, virtual host, route configuration. */
function overrideOf(state: HttpState, name: string): Override {
  const found = state.chosen?.overrides.find(each => each.has(name))?.get(name)
  if (found === undefined) return {config: undefined, disabled: undefined}
  const wrapper = unpack(found, FilterConfig)
  return wrapper === undefined ? {config: found, disabled: false} : {config: wrapper.config, disabled: wrapper.disabled}
}

/** Whether a filter runs on the chosen route. */
export function filterRuns(state: HttpState, filter: HttpFilter): boolean {
  const {disabled} = overrideOf(state, filter.name ?? '')
  return !(disabled ?? filter.disabled)
}

/** Every override of a filter on the way to the chosen route, the most specific first. */
export function routeConfigsOf<T extends Read>(state: HttpState, filter: HttpFilter, schema: Schema<T>): readonly T[] {
  return (state.chosen?.overrides ?? []).flatMap(each => {
    const found = each.get(filter.name ?? '')
    const config = unpack(found, FilterConfig)?.config ?? found
    if (config === undefined) return []
    return [unpack(config, schema) ?? undecided(`override ${config.type} of filter ${filter.name ?? ''}`, config.at)]
  })
}

/** A filter's override on the chosen route; undecided when it is of another type than expected. */
export function routeConfigOf<T extends Read>(state: HttpState, filter: HttpFilter, schema: Schema<T>): T | undefined {
  const {config} = overrideOf(state, filter.name ?? '')
  if (config === undefined) return undefined
  return unpack(config, schema) ?? undecided(`override ${config.type} of filter ${filter.name ?? ''}`, config.at)
}
