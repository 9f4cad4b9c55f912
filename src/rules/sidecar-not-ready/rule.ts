import {logReasons} from '../../analysis/sync-reason/log-reason.js'
import {injectedContainer} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

/** A sidecar needs some seconds to start and is not reported before. */
const START_MS = 30_000

function isYoung(createdAt: string | undefined, at: Date): boolean {
  return createdAt !== undefined && at.getTime() - Date.parse(createdAt) < START_MS
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
  needs: ['status'],
  uses: ['proxyLog'],
  check: ({pod, at}, {proxyLog}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    const state = proxy?.state
    if (proxy === undefined || state === undefined || state.ready) return []
    // Waiting for init containers, or in a new pod, the sidecar is not at fault.
    if (state.reason === 'PodInitializing' || isYoung(pod.createdAt, at)) return []
    const why = state.reason === undefined ? '' : ` (${state.reason})`
    const waiting = pod.containers.filter(
      each => each.role === 'app' && !each.injected && each.state?.state === 'waiting',
    )
    const held = waiting.length === 0 ? '' : ` ${waiting.map(({name}) => name).join(', ')} has not started.`
    const [reason] = proxyLog === undefined ? [] : logReasons(proxyLog)
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
        fix: reason?.advice,
      },
    ]
  },
})
