import type {Gap} from '../../model/evidence/answer.js'
import {DEBUG_CONTAINER} from '../../model/kube/debug-container.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {readPodObject} from '../pod/objects.js'

/** The image of the debug container in which reading the rules was tried too, by the gaps it left; undefined when none runs. */
export async function triedDebugImage(
  source: Source,
  subject: PodRef,
  gaps: readonly Gap[],
): Promise<string | undefined> {
  if (!gaps.some(({detail}) => detail.includes(DEBUG_CONTAINER))) return undefined
  const pod = await readPodObject(source, subject)
  if (!pod.ok) return undefined
  const running = pod.value.containers.filter(
    ({role, name, state}) => role === 'ephemeral' && name.startsWith(DEBUG_CONTAINER) && state?.state === 'running',
  )
  return running.at(-1)?.image
}
