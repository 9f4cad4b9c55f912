import {randomBytes} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {type Answer, answered, type Gap, missing} from '../../../model/evidence/answer.js'
import {DEBUG_CONTAINER} from '../../../model/kube/debug-container.js'
import {type PodRef, podLabel} from '../../../model/kube/kube-object.js'
import type {PodModel} from '../../../model/kube/pod.js'
import {failureFromError, type WireFailure} from '../../../wire/wire-failure.js'
import type {DebugContainer} from '../../changes.js'
import {LIMITS} from '../../limits.js'
import {gapOfFailure} from '../api/gap-of-failure.js'
import type {Live} from '../live.js'
import {podPath} from './known-pods.js'
import {proxyContainer} from './proxy-container.js'

/** The container exits by itself after this long; its entry stays in the pod. */
const LIFE_SECONDS = 120

/** Waiting reasons of a container that is still starting; any other reason is permanent. */
const COMING = new Set(['ContainerCreating', 'PodInitializing', ''])

/**
 * Adds an ephemeral container that may read the kernel's rules (PATCH pods/ephemeralcontainers) and waits until it runs.
 * A denial is explained: missing permission, or the namespace's Pod Security level, in the server's words.
 */
export async function addDebugContainer(
  live: Live,
  subject: PodRef,
  wantedImage: string | undefined,
  announce: (planned: DebugContainer) => Promise<void>,
): Promise<Answer<DebugContainer>> {
  const what = `a debug container in ${podLabel(subject)}`
  try {
    const pod = await live.pod(subject, true)
    const own = proxyContainer(pod)?.image
    const running = stillRunning(pod, wantedImage, new Date())
    if (running !== undefined) return answered(running)
    const image = wantedImage ?? own
    if (image === undefined || image === '') {
      return missing(
        what,
        'not-applicable',
        'the pod has no proxy whose image could be used',
        'Specify an image that contains sleep and iptables, such as --debug-image nicolaka/netshoot.',
      )
    }
    const planned = {name: `${DEBUG_CONTAINER}${randomBytes(3).toString('hex')}`, image}
    await announce(planned)
    const body = JSON.stringify({spec: {ephemeralContainers: [containerSpec(planned, image === own)]}})
    const contentType = 'application/strategic-merge-patch+json'
    await live.api.send({method: 'PATCH', path: `${podPath(subject)}/ephemeralcontainers`, body, contentType})
    const gap = await untilRunning(live, subject, planned, what)
    return gap === undefined ? answered(planned) : {ok: false, gap}
  } catch (error) {
    return {ok: false, gap: denialOf(what, failureFromError(error))}
  }
}

/** A debug container of an earlier run that runs long enough from now on, and has the wanted image. */
function stillRunning(pod: PodModel, image: string | undefined, now: Date): DebugContainer | undefined {
  const found = pod.containers.find(({role, name, state, image: its}) => {
    if (role !== 'ephemeral' || !name.startsWith(DEBUG_CONTAINER) || state?.state !== 'running') return false
    const endsAt = Date.parse(state.startedAt ?? '') + LIFE_SECONDS * 1000
    return endsAt - now.getTime() >= LIMITS.debugLifeLeftMs && (image === undefined || image === its)
  })
  return found === undefined ? undefined : {name: found.name, image: found.image, reused: true}
}

/** The proxy's image may have no sleep (distroless), but pilot-agent can wait for an address that never answers. */
function commandFor(image: string, isProxys: boolean): readonly string[] {
  if (!isProxys && !/distroless/.test(image)) return ['sleep', String(LIFE_SECONDS)]
  return ['pilot-agent', 'wait', '--timeoutSeconds', String(LIFE_SECONDS), '--url', 'http://127.0.0.1:1/']
}

function containerSpec({name, image}: DebugContainer, isProxys: boolean): object {
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: commandFor(image, isProxys),
    securityContext: {
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      allowPrivilegeEscalation: false,
      capabilities: {drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW']},
      seccompProfile: {type: 'RuntimeDefault'},
    },
  }
}

/** What to do when the container does not run: an image that has what it needs. */
const OTHER_IMAGE = (image: string) =>
  `The image ${image} must be pullable from the node and contain sleep, iptables and ss: --debug-image nicolaka/netshoot has them.`

async function untilRunning(
  live: Live,
  subject: PodRef,
  {name, image}: DebugContainer,
  what: string,
): Promise<Gap | undefined> {
  const endsAt = performance.now() + LIMITS.debugStartMs
  for (;;) {
    const pod = await live.pod(subject, true)
    const state = pod.containers.find(each => each.name === name)?.state
    if (state?.state === 'running') return undefined
    const why = [state?.reason, state?.message].filter(each => each !== undefined).join(': ')
    if (state?.state === 'terminated') {
      return missing(what, 'failed', `it exited immediately${why === '' ? '' : ` (${why})`}`, OTHER_IMAGE(image)).gap
    }
    if (!COMING.has(state?.reason ?? ''))
      return missing(what, 'failed', `it does not start (${why})`, OTHER_IMAGE(image)).gap
    if (performance.now() > endsAt)
      return missing(what, 'timeout', `it did not start within ${LIMITS.debugStartMs / 1000} s`).gap
    await sleep(LIMITS.debugPollMs, undefined, {signal: live.api.signal})
  }
}

function denialOf(what: string, failure: WireFailure): Gap {
  const gap = gapOfFailure(what, failure)
  if (!/violates PodSecurity/.test(failure.message)) return gap
  const hint =
    "The namespace's Pod Security level does not allow NET_ADMIN. Without it: the log of istio-init shows the rules as applied at start, or read them on the node with --from netns:PID."
  return {...gap, hint}
}
