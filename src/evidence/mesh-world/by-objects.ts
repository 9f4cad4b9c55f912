import {GATEWAY_NAME} from '../../analysis/authorization/applying.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {madeBy} from '../../formats/envoy-config-dump/made-by.js'
import {proxyOf} from '../../formats/envoy-proto/proxy.js'
import type {AmbientObjects} from '../../istiod/ambient/objects.js'
import {type WaypointPlace, waypointProxy} from '../../istiod/ambient/waypoint-proxy.js'
import {allWaypoints} from '../../istiod/ambient/waypoints.js'
import {ztunnelConfig} from '../../istiod/ambient/ztunnel-config.js'
import type {Message} from '../../istiod/rbac/strings.js'
import type {ZtunnelDump} from '../../model/istio/ztunnel.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {ReadSite} from './site.js'

/** What ztunnels and waypoints have by the objects alone: what istiod would send them. */
export interface ByObjects {
  readonly ztunnel: ZtunnelDump
  /** The config_dump of a waypoint's Envoy; undefined for a pod of no waypoint. */
  readonly waypoint: (pod: MeshPod) => Message | undefined
}

/** What istiod would make of the objects for ztunnels and waypoints. */
export function byObjects(objects: AmbientObjects): ByObjects {
  const ztunnel = ztunnelConfig(objects)
  const places = new Map<string, WaypointPlace>(
    allWaypoints(objects).map(each => [`${each.namespace}/${each.name}`, each] as const),
  )
  const made = new Map<string, Message>()
  return {
    ztunnel,
    waypoint: ({ref, labels}) => {
      const name = `${ref.namespace}/${labels[GATEWAY_NAME] ?? ''}`
      const place = places.get(name)
      if (place === undefined) return undefined
      const dump = made.get(name) ?? waypointProxy(objects, ztunnel, place)
      made.set(name, dump)
      return dump
    },
  }
}

/** A site whose Envoy was not read, with the configuration istiod would make. */
export function siteWithMadeProxy(site: ReadSite['site'], json: Message): ReadSite['site'] {
  const proxy = {...proxyOf(json), address: site.pod.addresses[0]}
  return {...site, proxy, proxyGap: undefined, madeBy: pointer => madeBy(json, pointer)}
}

/** The site of a waypoint whose Envoy was not read, with the configuration istiod would make. */
export function waypointByObjects(read: ReadSite, json: Message): ReadSite {
  return {
    site: {...siteWithMadeProxy(read.site, json), byObjects: true},
    gaps: read.gaps,
    notes: [
      ...read.notes,
      `${podLabel(read.site.pod.ref)}: its configuration was not read; what istiod makes of the objects is assumed`,
    ],
  }
}
