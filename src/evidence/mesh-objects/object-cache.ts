import {
  MESH_OBJECTS,
  type MeshObjectLists,
  type MeshObjectName,
  type MeshObjectRow,
} from '../../formats/kube/mesh-objects.js'
import {onceByKey} from '../../model/collections/once.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {NamespaceModel} from '../../model/istio/injection.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import {objectLabel} from '../../model/kube/pod.js'
import type {Source} from '../../sources/source.js'
import {type IstioConfigMaps, istioConfigMaps} from './istio-config-maps.js'
import {listCache} from './list-cache.js'
import {namedPorts} from './named-ports.js'

/** The objects of the mesh that questions ask for, each list read at most once in a run. */
export interface ObjectCache {
  /** The objects of one row of MESH_OBJECTS that count for a pod of that namespace. */
  list<N extends MeshObjectName>(name: N, namespace: string): Promise<Answer<MeshObjectLists[N]>>
  namespace(name: string): Promise<Answer<NamespaceModel>>
  /** The paths of a Service's ports whose name some pod (or template) it selects has; read once per Service. */
  namedPorts(service: ServiceModel, templates: boolean): Promise<Answer<ReadonlySet<string>>>
  readonly settings: IstioConfigMaps
}

/** Reads lists of a source on demand and remembers them; with `everywhere`, one list of the whole cluster stands for those of its namespaces. */
export function objectCache(source: Source, istioNamespace: string, everywhere = false): ObjectCache {
  const lists = listCache(source, everywhere)
  const once = onceByKey<Promise<Answer<unknown>>>()
  const list = async <N extends MeshObjectName>(name: N, namespace: string): Promise<Answer<MeshObjectLists[N]>> => {
    const {kind, scope, read}: MeshObjectRow = MESH_OBJECTS[name]
    const found = scope === 'cluster' ? lists.everywhere(kind, read) : lists.inNamespace(kind, read, namespace)
    // The row's reader makes what its name stands for.
    return (await found) as Answer<MeshObjectLists[N]>
  }
  const namespacesByName = () =>
    once('namespaces', async (): Promise<Answer<ReadonlyMap<string, NamespaceModel>>> => {
      const all = await list('namespaces', '')
      return all.ok ? answered(new Map(all.value.map(each => [each.name, each]))) : all
    })
  return {
    list,
    namespace: async name => {
      const all = await namespacesByName()
      if (!all.ok) return all
      const found = all.value.get(name)
      return found === undefined
        ? missing(`Namespace ${name}`, 'not-captured', `not among those of ${source.origin.label}`)
        : answered(found)
    },
    namedPorts: (service, templates) =>
      once(`ports ${templates} ${objectLabel(service.object)}`, () => namedPorts(source, service, templates)),
    settings: istioConfigMaps(source, istioNamespace),
  }
}
