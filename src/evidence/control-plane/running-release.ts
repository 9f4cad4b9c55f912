import {listOf, textOf} from '../../formats/decode.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type IstioVersion, parseIstioVersion} from '../../model/istio/istio-version.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {podLabel, podRefOf} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {askIstiods, runningIstiods} from './istiods.js'

/** The release of a mesh as a minor version of Istio 1.x, and what says so. */
export interface RunningRelease {
  readonly minor: number
  readonly from: string
}

function oldest(
  found: readonly (readonly [version: IstioVersion | undefined, from: string])[],
): RunningRelease | undefined {
  const known = found.flatMap(([version, from]) =>
    version === undefined || version.major !== 1 ? [] : [{minor: version.minor, from}],
  )
  return known.sort((a, b) => a.minor - b.minor)[0]
}

function containersOf(object: KubeObject): readonly unknown[] {
  const spec = object.kind === 'Pod' ? ['spec'] : ['spec', 'template', 'spec']
  return [...listOf(object, ...spec, 'containers'), ...listOf(object, ...spec, 'initContainers')]
}

/** The releases in the image tags of a container of that name. */
function ofImages(objects: readonly KubeObject[], container: string) {
  return objects.flatMap(object =>
    containersOf(object)
      .filter(each => textOf(each, 'name') === container)
      .map(each => {
        const image = textOf(each, 'image') ?? ''
        return [parseIstioVersion(image), `image ${image} of ${object.kind} ${podLabel(podRefOf(object))}`] as const
      }),
  )
}

async function objectsOf(source: Source, kind: string, namespace?: string): Promise<readonly KubeObject[]> {
  const answer = await source.objects({kind, ...definedFields({namespace})})
  return answer.ok ? answer.value : []
}

/**
 * The release a mesh runs: the oldest its istiods answer with, else that of their images, else that of the images of its proxies; undefined when
 * nothing shows it.
 */
export async function runningRelease(source: Source, istioNamespace: string): Promise<RunningRelease | undefined> {
  const running = await runningIstiods(source, {istioNamespace})
  const answers = running.ok ? await askIstiods(source, running.value) : []
  const answered = oldest(answers.map(({label, version}) => [parseIstioVersion(version), `istiod ${label}`] as const))
  if (answered !== undefined) return answered
  const istiods = [...(running.ok ? running.value : []), ...(await objectsOf(source, 'Deployment', istioNamespace))]
  const ofIstiods = oldest(ofImages(istiods, 'discovery'))
  return ofIstiods ?? oldest(ofImages(await objectsOf(source, 'Pod'), 'istio-proxy'))
}
