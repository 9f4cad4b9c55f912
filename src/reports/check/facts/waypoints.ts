import {selects} from '../../../analysis/ports/service-ports.js'
import {waypointUse} from '../../../evidence/ambient/waypoint-use.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {type Answer, answered} from '../../../model/evidence/answer.js'
import type {WaypointTarget} from '../../../model/istio/waypoint.js'
import type {Facts, PodWaypoint} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

/** The waypoints in front of the pod: of each Service that selects it, and of its own address. */
export async function waypoints({run, fact, workload: {pod}}: PodContext): Promise<Answer<Facts['waypoints']>> {
  const services = await fact('services')
  if (!services.ok) return services
  const targets: readonly WaypointTarget[] = [
    ...services.value
      .filter(service => selects(service, pod))
      .map(({object, labels}) => ({kind: 'service', object, labels}) as const),
    {kind: 'workload', object: pod.object, labels: pod.labels},
  ]
  const found: PodWaypoint[] = []
  for (const target of targets) {
    const use = await waypointUse(run.objects, target, run.source.traits.complete)
    if (!use.ok) return use
    found.push({target, ...definedFields({use: use.value})})
  }
  return answered(found)
}
