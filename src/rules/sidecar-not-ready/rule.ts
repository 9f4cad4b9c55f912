import {lastError} from '../../analysis/sync-reason/last-error.js'
import {logReasons} from '../../analysis/sync-reason/log-reason.js'
import {scrubFields} from '../../formats/redact/scrub.js'
import {type Container, type ContainerState, injectedContainer} from '../../model/kube/pod.js'
import {defineRule, type Found, PAGES} from '../rule.js'

/** A sidecar needs some seconds to start and is not reported before. */
const START_MS = 30_000

function isYoung(createdAt: string | undefined, at: Date): boolean {
  return createdAt !== undefined && at.getTime() - Date.parse(createdAt) < START_MS
}

/** Waiting reasons of a container that does not start by waiting longer. */
const STUCK =
  /^(?:ErrImage\w*|ImagePullBackOff|InvalidImageName|CreateContainer\w*Error|RunContainerError|CrashLoopBackOff)$/

function cannotStart({state}: Container): boolean {
  return state?.state === 'waiting' && STUCK.test(state.reason ?? '')
}

/** What the kubelet's reason asks for; undefined where it says nothing. */
function fixOf({reason = '', lastReason}: ContainerState): string | undefined {
  if (/Image/.test(reason)) return 'Correct the image of the proxy (proxyImage, hub, tag), or its pull secret.'
  if (lastReason === 'OOMKilled' || reason === 'OOMKilled')
    return 'The sidecar ran out of memory: raise its limit (sidecar.istio.io/proxyMemoryLimit), or give it less config with a Sidecar resource.'
  return undefined
}

function blockedBy(container: Container): Found {
  const {reason = '', message} = container.state ?? {}
  const text = [reason, message].filter(each => each !== undefined).join(': ')
  return {
    message: `${container.name} cannot start (${text}), so the pod is not started.`,
    proof: [{from: `status of container ${container.name}`, text}],
    fix: container.state === undefined ? undefined : fixOf(container.state),
  }
}

/** Why the sidecar is not ready by its log: a known cause, else the last error of one that ended. */
function whyNotReady(
  log: string,
  {state}: ContainerState,
): {readonly text: string; readonly line: string; readonly advice?: string} | undefined {
  const [known] = logReasons(log)
  if (known !== undefined) return scrubFields(known)
  if (state === 'running') return undefined
  const last = lastError(log)
  return last === undefined ? undefined : scrubFields({text: `it ended with ${last.text}`, line: last.line})
}

export const rule = defineRule({
  code: 'MCT1901',
  slug: 'sidecar-not-ready',
  aliases: [],
  severity: 'error',
  title: 'Sidecar is not ready',
  why: 'A pod whose sidecar is not ready gets no traffic; with a native sidecar its application is not even started.',
  fix: "Read the reason in the sidecar's log; most often it cannot reach istiod or waits for its first configuration.",
  references: [PAGES.injecting],
  modes: ['sidecar', 'gateway', 'waypoint'],
  outsideKubernetes: true,
  needs: ['status'],
  uses: ['proxyLog'],
  check: ({pod, at}, {proxyLog}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    const state = proxy?.state
    if (proxy === undefined || state === undefined || state.ready) return []
    const blocked = pod.containers.find(each => each.injected && each.role === 'init' && cannotStart(each))
    if (blocked !== undefined && state.state !== 'running') return [blockedBy(blocked)]
    // Waiting for init containers, or in a new pod, the sidecar is not at fault.
    if (state.reason === 'PodInitializing' || isYoung(pod.createdAt, at)) return []
    const last = state.lastReason === 'OOMKilled' && state.reason !== 'OOMKilled' ? ', last ended: OOMKilled' : ''
    const why = state.reason === undefined && last === '' ? '' : ` (${state.reason ?? 'restarted'}${last})`
    const waiting = pod.containers.filter(
      each => each.role === 'app' && !each.injected && each.state?.state === 'waiting',
    )
    const held = waiting.length === 0 ? '' : ` ${waiting.map(({name}) => name).join(', ')} has not started.`
    const reason = proxyLog === undefined ? undefined : whyNotReady(proxyLog, state)
    return [
      {
        message: `istio-proxy is ${state.state}${why}${state.state === 'running' ? ', but' : ' and'} not ready${reason === undefined ? '' : `: ${reason.text}`}.${held}`,
        proof: [
          {
            from: `status of container ${proxy.name}`,
            text: `ready: false, state: ${state.state}, restarts: ${state.restarts}`,
          },
          ...(reason === undefined ? [] : [{from: 'log of istio-proxy', text: reason.line}]),
        ],
        fix: reason?.advice ?? fixOf(state),
      },
    ]
  },
})
