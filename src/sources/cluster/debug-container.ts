import {randomBytes} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {type Answer, answered, type Gap, missing} from '../../model/answer.js'
import {type PodRef, podLabel} from '../../model/kube-object.js'
import {failureFromError, type WireFailure} from '../../wire/wire-failure.js'
import type {DebugContainer} from '../changes.js'
import {LIMITS} from '../limits.js'
import {gapOfFailure} from './gap-of-failure.js'
import {type Live, podPath} from './live.js'
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
    const image = wantedImage ?? proxyContainer(pod)?.image
    if (image === undefined || image === '') {
      return missing(
        what,
        'not-applicable',
        'the pod has no proxy whose image could be used',
        'Specify an image that contains iptables with --debug-image.',
      )
    }
    const planned = {name: `meshctl-debug-${randomBytes(3).toString('hex')}`, image}
    await announce(planned)
    const body = JSON.stringify({spec: {ephemeralContainers: [containerSpec(planned)]}})
    const contentType = 'application/strategic-merge-patch+json'
    await live.api.send({method: 'PATCH', path: `${podPath(subject)}/ephemeralcontainers`, body, contentType})
    const gap = await untilRunning(live, subject, planned, what)
    return gap === undefined ? answered(planned) : {ok: false, gap}
  } catch (error) {
    return {ok: false, gap: denialOf(what, failureFromError(error))}
  }
}

/** Distroless images have no sleep, but pilot-agent can wait for an address that never answers. */
function commandFor(image: string): readonly string[] {
  if (!/distroless/.test(image)) return ['sleep', String(LIFE_SECONDS)]
  return ['pilot-agent', 'wait', '--timeoutSeconds', String(LIFE_SECONDS), '--url', 'http://127.0.0.1:1/']
}

function containerSpec({name, image}: DebugContainer): object {
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: commandFor(image),
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
      return missing(
        what,
        'failed',
        `it exited immediately${why === '' ? '' : ` (${why})`}`,
        `Does the image ${image} contain sleep? Specify another with --debug-image.`,
      ).gap
    }
    if (!COMING.has(state?.reason ?? '')) return missing(what, 'failed', `it does not start (${why})`).gap
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
