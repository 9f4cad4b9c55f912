import {type Container, injectedContainer} from '../../model/pod.js'
import {defineRule, PAGES, Undecided} from '../rule.js'

/** An application that ends this soon after the sidecar's start most likely ended because of it. */
const SOON_MS = 10_000

/** holdApplicationUntilProxyStarts makes the sidecar wait in its postStart (`pilot-agent wait`), and the others behind it. */
function holds(proxy: Container): boolean {
  return proxy.probes.some(({kind, command}) => kind === 'postStart' && command.includes('wait'))
}

/** True when the container failed once and lives now, by itself: not killed for memory, not crashing still. */
function recovered({role, state}: Container): boolean {
  const failed = (state?.restarts ?? 0) > 0 && (state?.lastExitCode ?? 0) !== 0 && state?.lastReason !== 'OOMKilled'
  return role === 'app' && failed && state?.state === 'running'
}

export const rule = defineRule({
  code: 'MCT1416',
  slug: 'start-order',
  aliases: [],
  severity: 'warning',
  title: 'The application seems to have started before the sidecar could serve it',
  why: 'The rules are there before Envoy is: until it listens, every connection of the application is refused. What needs the network at once fails, and works when it is started again.',
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
      throw new Undecided('when the sidecar first started is not known', 'not-captured')
    return restarted
      .map(container => ({container, afterMs: Date.parse(container.state?.lastFinishedAt ?? '') - began}))
      .filter(({afterMs}) => afterMs <= SOON_MS)
      .map(({container, afterMs}) => ({
        message: `Container ${container.name} failed ${afterMs < 0 ? 'before' : `${afterMs / 1000} s after`} the sidecar started, and runs since it was started again.`,
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
