import type {RequestPath} from '../../analysis/request-path/path.js'
import {clientLeg} from '../../analysis/request-path/path-summary.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {clusterNameParts} from '../../model/envoy/envoy-cluster.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {ObjectRef} from '../../model/kube/pod.js'
import {objectLabel} from '../../model/kube/pod.js'
import type {PathCause} from './cause.js'

/** What to change where a route names a cluster that the proxy does not have: istiod makes one per Service port and subset. */
function missingCluster(path: RequestPath, object: ObjectRef | undefined): PathCause {
  const client = clientLeg(path.legs)
  const cluster = client?.decision?.decided === true ? client.decision.outcome.cluster : null
  const parts = typeof cluster === 'string' ? clusterNameParts(cluster) : undefined
  const field = object?.kind === 'VirtualService' ? 'spec.http[].route[].destination' : undefined
  if (parts === undefined)
    return {
      ...definedFields({object, field}),
      fix: 'Name a cluster that the proxy has: meshctl proxy-config cluster POD.',
    }
  const {host, port, subset} = parts
  const where = client === undefined ? '' : ` to ${podLabel(client.pod.ref)}`
  const define = subset === '' ? '' : `define subset ${subset} in a DestinationRule of ${host}, `
  const correct =
    object === undefined ? 'correct the destination of the route' : `correct the destination in ${objectLabel(object)}`
  const text = `${define}make ${host} with port ${port} visible${where} (Service, ServiceEntry, Sidecar, exportTo), or ${correct}.`
  return {...definedFields({object, field}), fix: `${text[0]?.toUpperCase()}${text.slice(1)}`}
}

/** Why no route takes the request, by the reason of its ending; `object` made the route, where one was found. */
export function noRouteCause(path: RequestPath, object: ObjectRef | undefined): PathCause {
  const {reason} = path.ending
  if (reason === 'no-cluster') return missingCluster(path, object)
  if (reason === 'no-filter-chain')
    return {
      fix: 'Compare the port, server name (SNI) and protocol of the client with the filter chains: meshctl proxy-config listener POD.',
    }
  return {
    ...definedFields({object}),
    fix: 'Add a route for the host and path (VirtualService), or correct the host the client sends.',
  }
}
