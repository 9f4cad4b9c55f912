import {gapSentence} from '../model/answer.js'
import {type PodRef, podLabel} from '../model/kube-object.js'
import {UserError} from '../model/user-error.js'
import type {Source} from '../sources/source.js'
import {remark} from './streams.js'

/** Adds the debug container the user asked for; what is about to be done is said first, a denial is an error with its reason. */
export async function addDebugContainer(
  source: Source,
  pod: PodRef,
  image: string | undefined,
  say: (text: string) => Promise<void> = remark,
): Promise<void> {
  if (source.changes === undefined) {
    throw new UserError(`debug containers can only be added on a live cluster, not in ${source.origin.label}`)
  }
  const answer = await source.changes.addDebugContainer(pod, image, planned =>
    say(
      `adding the container ${planned.name} (image ${planned.image}, NET_ADMIN) to ${podLabel(pod)}; ` +
        'it exits by itself, but Kubernetes keeps its entry in the pod until the pod is deleted',
    ),
  )
  if (!answer.ok) throw new UserError(gapSentence(answer.gap))
}
