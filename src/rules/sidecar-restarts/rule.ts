import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const MANY = 3

export const rule = defineRule({
  code: 'MCT1906',
  slug: 'sidecar-restarts',
  aliases: [],
  severity: 'warning',
  title: 'Sidecar was restarted',
  why: 'While the sidecar restarts, the pod has no network and open connections are lost; a sidecar that was OOMKilled will be again, as its memory grows with the size of the mesh.',
  fix: 'Give the sidecar more memory (annotation sidecar.istio.io/proxyMemoryLimit) or a smaller configuration (a Sidecar resource); otherwise read its previous log.',
  references: [PAGES.annotations, 'https://istio.io/latest/docs/ops/deployment/performance-and-scalability/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  outsideKubernetes: true,
  needs: ['status'],
  check: ({pod}): readonly Found[] => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    const state = proxy?.state
    if (state === undefined || state.restarts === 0) return []
    const oom = state.lastReason === 'OOMKilled'
    const why =
      state.lastReason === undefined ? '' : `, last reason ${state.lastReason} (exit code ${state.lastExitCode ?? '?'})`
    return [
      {
        severity: oom ? 'error' : state.restarts >= MANY ? 'warning' : 'info',
        message: `istio-proxy was restarted ${state.restarts === 1 ? '1 time' : `${state.restarts} times`}${why}.`,
        proof: [{from: 'status of container istio-proxy', text: `restartCount: ${state.restarts}${why}`}],
      },
    ]
  },
})
