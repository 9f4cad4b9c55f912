import {INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import type {InjectorValues, MeshConfig} from '../../model/istio-config/mesh-config.js'
import type {Labels} from '../../model/kube/selector.js'
import {selectorMatches} from './label-selection.js'

/** Where pods, namespaces and injectors are looked up. */
export interface ProxyImageWorld {
  readonly mesh: MeshConfig
  of(kind: string): readonly ConfigObject[]
  workloads(): readonly WorkloadConfig[]
  injectors(): readonly InjectorValues[]
}

/** Image types by ProxyConfig and by pod, as settings of the proxy give them. */
export interface ImageTypes {
  readonly resources: readonly {readonly namespace: string; readonly selector?: Labels; readonly imageType: string}[]
  readonly byPod: ReadonlyMap<WorkloadConfig, string>
}

/** The image type of a pod: its annotation, else the ProxyConfig of the workload, namespace or mesh, else MeshConfig (istio.io, ProxyImage). */
function imageTypeOf(pod: WorkloadConfig, {resources, byPod}: ImageTypes, mesh: MeshConfig): string {
  const own = byPod.get(pod)
  if (own !== undefined) return own
  const here = resources.filter(({namespace}) => namespace === pod.object.ref.namespace)
  const selecting = here.find(({selector}) => selector !== undefined && selectorMatches(selector, pod.labels))
  const open = here.find(({selector}) => selector === undefined)
  const root = resources.find(({namespace, selector}) => namespace === mesh.rootNamespace && selector === undefined)
  return (selecting ?? open ?? root)?.imageType ?? mesh.imageType
}

/** The image an injector gives proxies, without the image type. */
function injectedImage({hub, image, tag}: InjectorValues): string {
  return image.includes('/') ? image : `${hub}/${image}:${tag}`
}

/** The namespaces with proxies that run another image than their injector sets, with the pods. */
export function proxyImageMismatches(
  world: ProxyImageWorld,
  types: ImageTypes,
): readonly {readonly object: ConfigObject; readonly pods: readonly string[]; readonly expected: string}[] {
  const images = new Map(world.injectors().map(each => [each.revision, injectedImage(each)]))
  return world.of('Namespace').flatMap(object => {
    const revision = object.labels[REVISION_LABEL]
    if (object.labels[INJECTION_LABEL] !== 'enabled' && (revision ?? '') === '') return []
    const expected = images.get(object.labels[INJECTION_LABEL] === 'enabled' ? '' : (revision ?? ''))
    if (expected === undefined) return []
    const pods = world
      .workloads()
      .filter(each => each.pod && each.object.ref.namespace === object.ref.name)
      .filter(each => {
        if ((each.annotations['sidecar.istio.io/proxyImage'] ?? '') !== '') return false
        const proxy = each.containers.find(({name}) => name === 'istio-proxy')
        const type = imageTypeOf(each, types, world.mesh)
        const allowed = type === '' || type === 'default' ? [expected] : [expected, `${expected}-${type}`]
        return proxy !== undefined && !allowed.includes(proxy.image)
      })
    return pods.length === 0 ? [] : [{object, pods: pods.map(each => each.object.ref.name), expected}]
  })
}
