import {parseAmbientz} from '../../formats/istio/ambientz.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import type {AmbientWorkload} from '../../model/istio/ambient-workload.js'
import {type PodRef, podRefOf} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {madeOnce} from '../asked-once.js'
import {runningIstiods} from '../control-plane/istiods.js'

/** What an istiod sends ztunnels about workloads, by `namespace/name`. */
export interface IstiodWord {
  readonly name: string
  readonly workloads: ReadonlyMap<string, AmbientWorkload>
}

const AT_ONCE = 8

async function wordOf(source: Source, istiod: PodRef): Promise<IstiodWord | undefined> {
  const artifact = await source.evidence('istiod.ambientz', istiod)
  const parsed = artifact.ok ? parseAmbientz(artifact.value) : artifact
  if (!parsed.ok || parsed.value.length === 0) return undefined
  return {
    name: istiod.name,
    workloads: new Map(parsed.value.map(each => [`${each.namespace}/${each.name}`, each])),
  }
}

/** The first istiod that has workloads for ztunnels; undefined where none could be read, or none serves an ambient mesh. */
export async function istiodWord(source: Source, istioNamespace: string): Promise<IstiodWord | undefined> {
  return await madeOnce(source, `what istiods of ${istioNamespace} send ztunnels`, async () => {
    const istiods = await runningIstiods(source, {istioNamespace})
    const words = await boundedMap(istiods.ok ? istiods.value : [], AT_ONCE, each => wordOf(source, podRefOf(each)))
    return words.find(each => each !== undefined)
  })
}
