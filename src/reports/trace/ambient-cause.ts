import type {RequestPath} from '../../analysis/request-path/path.js'
import type {MeshWorld} from '../../analysis/request-path/world.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {objectLabel} from '../../model/kube/pod.js'
import type {PathCause} from './cause.js'

/** The waypoint that the reason of an ending names, as `NAME.NAMESPACE`. */
function waypointIn(because: string): readonly [name: string, namespace: string] | undefined {
  const [, name, namespace] = /waypoint ([a-z0-9-]+)\.([a-z0-9-]+) has no /.exec(because) ?? []
  return name === undefined || namespace === undefined ? undefined : [name, namespace]
}

/** What to change where a connection ends at ztunnel for another reason than a policy; undefined for one that ends elsewhere. */
export function ambientCause({legs, ending}: RequestPath, world: MeshWorld): PathCause | undefined {
  const last = legs.findLast(each => each.kind !== 'service')
  if (last?.kind !== 'ztunnel') return undefined
  const {reason, because} = ending
  const name = podLabel(last.pod.ref)
  const object = {kind: 'Pod', namespace: last.pod.ref.namespace, name: last.pod.ref.name}
  const waypoint = waypointIn(because)
  switch (reason) {
    case 'packet-dropped':
      return {
        object,
        fix: `Recreate pod ${name}: istio-cni sets its rules when it starts (meshctl iptables ${name} --drift).`,
      }
    case 'no-endpoint':
      if (waypoint === undefined) return undefined
      return {
        object: {kind: 'Gateway', namespace: waypoint[1], name: waypoint[0]},
        fix: `Make a pod of the waypoint ready, or remove istio.io/use-waypoint where it is named (meshctl waypoint status -n ${waypoint[1]}).`,
      }
    case 'no-service-port': {
      const asked = legs.find(each => each.kind === 'kernel')
      const service = asked === undefined ? undefined : world.serviceAt(asked.to.ip)
      if (service === undefined) return undefined
      const ports = service.ports.map(each => each.port).join(', ')
      return {
        object: service.object,
        field: 'spec.ports',
        fix: `Use a port of ${objectLabel(service.object)} (${ports}), or add the port to it.`,
      }
    }
    case 'not-known':
      return {object, fix: 'Connect ztunnel to istiod again: meshctl proxy-status, and the log of ztunnel.'}
    case 'not-listening':
      return {fix: `Start ztunnel on the node of ${name}: kubectl get pods -A -l app=ztunnel -o wide.`}
    default:
      return undefined
  }
}
