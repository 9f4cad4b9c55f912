import {inboundCapture, isCaptured} from '../../analysis/traffic-capture/inbound-capture.js'
import {mtlsMode} from '../../analysis/traffic-policy/peer-mode.js'
import {appContainers, type Container, type Probe} from '../../model/kube/pod.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const REWRITE = 'sidecar.istio.io/rewriteAppHTTPProbers'

/** True for a probe that the kubelet sends to the application itself; a TCP probe succeeds anyway. */
function isDirect({kind, handler, httpPath = ''}: Probe): boolean {
  if (kind === 'postStart' || kind === 'preStop') return false
  return handler === 'grpc' || (handler === 'httpGet' && !httpPath.startsWith('/app-health/'))
}

function portOf({port}: Probe, {ports}: Container): number | undefined {
  return typeof port === 'number' ? port : ports.find(({name}) => name === port)?.port
}

export const rule = defineRule({
  code: 'MCT1426',
  slug: 'probe-not-rewritten',
  aliases: [],
  severity: 'warning',
  title: 'Probe of an injected pod is not rewritten',
  why: 'Injection leads probes through the agent; a container that another webhook added later, or a disabled rewrite, keeps probes that reach Envoy without a certificate, so STRICT mTLS rejects them and the pod never becomes ready.',
  fix: "Set reinvocationPolicy: IfNeeded on Istio's webhook or let the other webhook run first, and recreate the pod; or exclude the port: annotation traffic.sidecar.istio.io/excludeInboundPorts.",
  references: [PAGES.probes],
  modes: ['sidecar'],
  needs: ['sidecar'],
  uses: ['peerAuthentications', 'mesh'],
  check: ({pod}, {sidecar: proxy, peerAuthentications, mesh}) => {
    // MCT1411 reports the annotation.
    if (pod.annotations[REWRITE] === 'false') return []
    const rewritten = pod.rewrittenProbes.map(({container}) => container)
    return appContainers(pod)
      .filter(({role}) => role === 'app' || role === 'native-sidecar')
      .flatMap(container =>
        container.probes.filter(isDirect).flatMap((probe): Found[] => {
          const port = portOf(probe, container)
          if (port === undefined || !isCaptured(inboundCapture(pod), port)) return []
          const {mode} = mtlsMode(pod, port, peerAuthentications ?? [], mesh?.rootNamespace ?? 'istio-system')
          const effect = mode === 'STRICT' ? 'fails because mTLS is STRICT' : 'fails as soon as mTLS is STRICT'
          return [
            {
              severity: mode === 'STRICT' ? 'warning' : 'info',
              message: `The ${probe.kind} probe of ${container.name} (${probe.handler}, port ${probe.port}) is not rewritten to go through the agent: it ${effect}.`,
              path: `${pod.specPath}.${probe.path}`,
              proof: [
                {
                  from: `${pod.specPath}.${proxy.path} ISTIO_KUBE_APP_PROBERS`,
                  text: rewritten.length === 0 ? 'no probes' : `probes of ${[...new Set(rewritten)].join(', ')}`,
                },
              ],
            },
          ]
        }),
      )
  },
})
