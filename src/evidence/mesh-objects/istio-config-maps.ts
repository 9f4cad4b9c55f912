import {
  type CniConfig,
  readCniConfig,
  readInjectorSettings,
  readMeshSettings,
} from '../../formats/istio/istio-config-maps.js'
import {onceByKey} from '../../model/collections/once.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {InjectorSettings} from '../../model/istio/injection.js'
import type {MeshSettings} from '../../model/istio/mesh-settings.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {listObjects} from './list-objects.js'

/** The settings Istio keeps in ConfigMaps, each read and parsed at most once: that of the injector alone is 100 kB of YAML. */
export interface IstioConfigMaps {
  /** The injector's settings of every revision. */
  injectors(): Promise<Answer<readonly InjectorSettings[]>>
  mesh(): Promise<Answer<MeshSettings>>
  cni(): Promise<Answer<CniConfig>>
}

/** The ConfigMaps of the control plane's namespace; those of the CNI plugin may be in kube-system. */
export function istioConfigMaps(source: Source, istioNamespace: string): IstioConfigMaps {
  const once = onceByKey<Promise<Answer<unknown>>>()
  /** The ConfigMap of that name and those of other revisions (`NAME-REVISION`). */
  const configMaps = async (name: string, namespace = istioNamespace): Promise<Answer<readonly KubeObject[]>> => {
    const answer = await once(`in ${namespace}`, () => listObjects(source, 'ConfigMap', namespace))
    if (!answer.ok) return answer
    const found = answer.value.filter(({metadata}) => metadata.name === name || metadata.name.startsWith(`${name}-`))
    return found.length > 0
      ? answered(found)
      : missing(`ConfigMap ${name}`, 'not-captured', `none in namespace ${namespace}`)
  }
  return {
    injectors: () =>
      once('injectors', async () => {
        const maps = await configMaps('istio-sidecar-injector')
        return maps.ok ? answered(maps.value.map(readInjectorSettings)) : maps
      }),
    mesh: () =>
      once('mesh', async () => {
        const maps = await configMaps('istio')
        if (!maps.ok) return maps
        const map = maps.value.find(each => each.metadata.name === 'istio') ?? maps.value[0]
        return map === undefined
          ? missing('the mesh configuration', 'not-captured', 'no ConfigMap istio')
          : answered(readMeshSettings(map))
      }),
    cni: () =>
      once('cni', async () => {
        const beside = await configMaps('istio-cni-config')
        const maps = beside.ok ? beside : await configMaps('istio-cni-config', 'kube-system')
        const [map] = maps.ok ? maps.value : []
        return map === undefined
          ? missing('ConfigMap istio-cni-config', 'not-captured', `none in ${istioNamespace} or kube-system`)
          : answered(readCniConfig(map))
      }),
  }
}
