import type {AmbientWorkload} from '../../model/istio/ambient-workload.js'

/** What istiod tells ztunnels of its workloads, in numbers and by namespace. */
export function ambientWorkloadFindings(workloads: readonly AmbientWorkload[]): readonly string[] {
  const tunnels = workloads.filter(({hbone}) => hbone)
  const namespaces = [...new Set(tunnels.map(({namespace}) => namespace))].sort()
  return [
    `istiod tells ztunnels of ${workloads.length} ${workloads.length === 1 ? 'workload' : 'workloads'}; ${tunnels.length} ${tunnels.length === 1 ? 'is' : 'are'} reached over HBONE`,
    ...namespaces.map(namespace => {
      const names = tunnels.filter(each => each.namespace === namespace).map(({name}) => name)
      return `HBONE in ${namespace}: ${names.join(', ')}`
    }),
  ]
}
