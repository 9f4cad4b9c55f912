import {
  type EndpointGroup,
  type EnvoyEndpoint,
  edsAddressText,
  endpointText,
  portOf,
} from '../model/envoy/envoy-endpoint.js'

/** The filter flags; empty and 0 match anything. */
export interface EndpointFilter {
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly cluster?: string | undefined
  readonly status?: string | undefined
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** Matches an address by IP, by `IP:port`, or as the table prints it. */
function isAddress(endpoint: EnvoyEndpoint, wanted: string): boolean {
  return [endpoint.address, ...endpoint.additional].some(address => {
    const spellings = [edsAddressText(address), endpointText(address)]
    if (address.kind === 'socket') spellings.push(address.address)
    return spellings.some(spelling => sameText(spelling, wanted))
  })
}

/** True if an endpoint matches every part of the filter. */
export function keepsEndpoint(filter: EndpointFilter, endpoint: EnvoyEndpoint): boolean {
  return (
    (!filter.address || isAddress(endpoint, filter.address)) &&
    (!filter.port || portOf(endpoint.address) === filter.port) &&
    (!filter.cluster || sameText(endpoint.cluster, filter.cluster)) &&
    (!filter.status || sameText(endpoint.status, filter.status))
  )
}

/** The groups with only the matching endpoints; empty groups are dropped. */
export function keptGroups(groups: readonly EndpointGroup[], filter: EndpointFilter): readonly EndpointGroup[] {
  return groups
    .map(group => ({...group, endpoints: group.endpoints.filter(endpoint => keepsEndpoint(filter, endpoint))}))
    .filter(group => group.endpoints.length > 0)
}
