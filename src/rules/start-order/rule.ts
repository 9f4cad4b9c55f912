import {type Container, injectedContainer} from '../../model/kube/pod.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

/** An application that exits this soon after the sidecar's start most likely failed because of it. */
const SOON_MS = 10_000

/** holdApplicationUntilProxyStarts makes the sidecar wait in its postStart (`pilot-agent wait`), which delays the containers after it. */
function holds(proxy: Container): boolean {
  return proxy.probes.some(({kind, command}) => kind === 'postStart' && command.includes('wait'))
}

/** True when the container failed and runs now: not OOMKilled, not in CrashLoopBackOff. */
function recovered({role, state}: Container): boolean {
  const failed = (state?.restarts ?? 0) > 0 && (state?.lastExitCode ?? 0) !== 0 && state?.lastReason !== 'OOMKilled'
  return role === 'app' && failed && state?.state === 'running'
}

export const rule = defineRule({
  code: 'MCT1416',
  slug: 'start-order',
  aliases: [],
  severity: 'warning',
  title: 'Application started before its sidecar was ready',
  why: 'Connections are captured before Envoy listens, so the first connections of the application were refused: it failed and works only after a restart.',
  fix: 'Start the sidecar first: annotation proxy.istio.io/config with holdApplicationUntilProxyStarts: true, or native sidecars (annotation sidecar.istio.io/nativeSidecar: "true", Kubernetes 1.29 and later).',
  references: [PAGES.sidecarContainers, PAGES.annotations],
  modes: ['sidecar'],
  needs: ['status'],
  check: ({pod}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    if (proxy === undefined || proxy.role === 'native-sidecar' || holds(proxy)) return []
    const restarted = pod.containers.filter(each => !each.injected && recovered(each))
    if (restarted.length === 0) return []
    const began = Date.parse(proxy.state?.startedAt ?? '')
    if (Number.isNaN(began) || (proxy.state?.restarts ?? 0) > 0)
      throw new Inconclusive('the first start time of the sidecar is unknown', 'not-captured')
    return restarted
      .map(container => ({container, afterMs: Date.parse(container.state?.lastFinishedAt ?? '') - began}))
      .filter(({afterMs}) => afterMs <= SOON_MS)
      .map(({container, afterMs}) => ({
        message: `Container ${container.name} failed ${afterMs < 0 ? 'before' : `${afterMs / 1000} s after`} the sidecar started, and runs after a restart.`,
        path: `${pod.specPath}.${container.path}`,
        proof: [
          {from: 'status of container istio-proxy', text: `started ${proxy.state?.startedAt ?? ''}`},
          {
            from: `status of container ${container.name}`,
            text: `ended ${container.state?.lastFinishedAt ?? ''} with exit code ${container.state?.lastExitCode ?? '?'}, restarts: ${container.state?.restarts ?? 0}`,
          },
        ],
      }))
  },
})
