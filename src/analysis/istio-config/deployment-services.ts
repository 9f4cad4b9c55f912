import {groupedBy} from '../../model/collections/grouped-by.js'
import {isManagedWaypoint} from '../../model/istio/mesh-keys.js'
import type {ServiceConfig, WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import type {Labels} from '../../model/kube/selector.js'
import {selectorMatches} from './label-selection.js'
import {isInMesh} from './mesh-pods.js'

/** Where Deployments and Services are looked up. */
export interface DeploymentWorld {
  workloads(): readonly WorkloadConfig[]
  services(): readonly ServiceConfig[]
  namespaceLabels(namespace: string): Labels
}

/** The Deployments whose pods are in the mesh, except waypoints, each with the Services that select its pods. */
export function meshDeployments(
  world: DeploymentWorld,
): readonly {readonly deployment: WorkloadConfig; readonly services: readonly ServiceConfig[]}[] {
  const byNamespace = groupedBy(
    world.services().filter(({selector}) => Object.keys(selector).length > 0),
    ({object}) => object.ref.namespace,
  )
  return world
    .workloads()
    .filter(
      each =>
        each.object.ref.kind === 'Deployment' &&
        !isManagedWaypoint(each.labels) &&
        isInMesh(each, world.namespaceLabels(each.object.ref.namespace)),
    )
    .map(deployment => ({
      deployment,
      services: (byNamespace.get(deployment.object.ref.namespace) ?? []).filter(
        ({selector, object}) =>
          object.cluster === deployment.object.cluster && selectorMatches(selector, deployment.labels),
      ),
    }))
}
