import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import {type PodRef, podLabel} from '../../../model/kube/kube-object.js'
import {failureFromError} from '../../../wire/wire-failure.js'
import type {SentRequest} from '../../changes.js'
import type {Live} from '../live.js'
import {proxyContainer} from '../pods/proxy-container.js'
import {gapOfFailure} from './gap-of-failure.js'

const WHAT = 'a request from the pod'
const LIMITS = {maxBytes: 1024 * 1024, deadlineMs: 20_000}
/** What shells and runtimes exit with when a program does not exist or is not executable. */
const NOT_STARTED = [126, 127]

/**
 * Runs the first of several programs that exists in a running container of the application. Never in the proxy's own: what that sends passes
 * the proxy by.
 */
export async function sendRequest(
  live: Live,
  subject: PodRef,
  tries: readonly (readonly string[])[],
  announce: (container: string, argv: readonly string[]) => Promise<void>,
): Promise<Answer<SentRequest>> {
  try {
    const pod = await live.pod(subject)
    const proxy = proxyContainer(pod)?.name
    const containers = pod.containers.filter(each => each.state?.state === 'running' && each.name !== proxy)
    if (containers.length === 0)
      return missing(WHAT, 'not-running', `no container of the application of ${podLabel(subject)} is running`)
    for (const {name} of containers)
      for (const argv of tries) {
        await announce(name, argv)
        const {exitCode, stdout, stderr} = await live.exec(subject, name, argv, LIMITS)
        if (exitCode === undefined || NOT_STARTED.includes(exitCode)) continue
        return answered({container: name, argv, exitCode, stdout, stderr})
      }
    const programs = tries.map(([program]) => program).join(', ')
    return missing(WHAT, 'no-tool', `no container of ${podLabel(subject)} has one of ${programs}`)
  } catch (error) {
    return {ok: false, gap: gapOfFailure(WHAT, failureFromError(error))}
  }
}
