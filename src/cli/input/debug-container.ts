import {gapSentence} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {resolveSubjects, type Target} from '../../sources/subject.js'
import {remark} from '../output/streams.js'

/** The most pods that get a debug container from one command: an ephemeral container stays in the pod until the pod is deleted. */
const MOST_PODS = 10

/** Adds a debug container to each pod that was named; too many, or none named, is an error. */
export async function addDebugContainers(
  source: Source,
  names: readonly string[],
  target: Target,
  image: string | undefined,
): Promise<void> {
  const named = names.length === 0 ? [target] : names.map(name => ({...target, name}))
  if (names.length === 0 && target.selector === undefined)
    throw new UserError('--debug-container needs the pods to be named', {next: 'meshctl check POD --debug-container'})
  const pods = (await Promise.all(named.map(each => resolveSubjects(source, each)))).flat()
  const running = [...new Map(pods.map(pod => [podLabel(pod), pod])).values()]
  if (running.length > MOST_PODS)
    throw new UserError(`--debug-container would change ${running.length} pods; at most ${MOST_PODS} are allowed`, {
      hint: 'Name the pods whose kernel rules are needed.',
    })
  for (const pod of running) await requestDebugContainer(source, pod, image)
}

/** Adds the debug container the user requested; announces it first, and reports a denial as an error with its reason. */
export async function requestDebugContainer(
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
        'it exits on its own, but Kubernetes keeps its entry in the pod until the pod is deleted',
    ),
  )
  if (answer.ok && answer.value.reused === true)
    await say(`using the container ${answer.value.name}, which still runs in ${podLabel(pod)}`)
  if (!answer.ok) throw new UserError(gapSentence(answer.gap))
}
