import {definedFields} from '../../model/collections/defined-fields.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import type {EndpointAddress, EnvoyEndpoint} from '../../model/envoy/envoy-endpoint.js'

function addressJson(address: EndpointAddress): unknown {
  switch (address.kind) {
    case 'socket':
      return {socketAddress: {address: address.address, portValue: address.port}}
    case 'pipe':
      return {pipe: {path: address.path}}
    case 'internal':
      return {envoyInternalAddress: {serverListenerName: address.listener, endpointId: address.id}}
    case 'unknown':
      return {}
  }
}

function localityJson(locality: string): Readonly<Record<string, string>> {
  const [region = '', zone = '', subZone = ''] = locality.split('/')
  return Object.fromEntries(Object.entries({region, zone, subZone}).filter(([, part]) => part !== ''))
}

function hostJson({address, status, weight, priority, locality}: EnvoyEndpoint): unknown {
  return {
    address: addressJson(address),
    healthStatus: status === 'UNKNOWN' ? {} : {edsHealthStatus: status},
    weight,
    ...definedFields({priority: priority === 0 ? undefined : priority}),
    locality: localityJson(locality),
  }
}

/** EDS endpoints in the format of istioctl's endpoint document (admin.v3.ClusterStatus), as far as EDS has the data. */
export function clusterStatus(endpoints: readonly EnvoyEndpoint[]): readonly unknown[] {
  const byCluster = groupedBy(endpoints, ({cluster}) => cluster)
  return [...byCluster].map(([name, list]) => ({name, hostStatuses: list.map(hostJson)}))
}
