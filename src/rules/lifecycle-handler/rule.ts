import {inboundCapture, isCaptured} from '../../analysis/traffic-capture/inbound-capture.js'
import {mtlsMode} from '../../analysis/traffic-policy/peer-mode.js'
import {isOlder} from '../../model/istio/istio-version.js'
import {appContainers, type PodModel, type Probe} from '../../model/kube/pod.js'
import {defineRule, type Found, Inconclusive, PAGES} from '../rule.js'

const REWRITE = 'sidecar.istio.io/rewriteAppHTTPProbers'
/** The agent's port for rewritten probes and handlers, and the annotation that changes it. */
const AGENT = '15020'
const STATUS_PORT = 'status.sidecar.istio.io/port'
const EFFECT = {
  postStart: 'the container restarts in a loop',
  preStop: 'the container is stopped immediately, without its preStop',
} as const

/** True when the kubelet calls the application's own port and the sidecar captures it; inconclusive for templates of unknown release. */
function isNotRewritten(pod: PodModel, port: number, older: boolean): boolean {
  if (String(port) === (pod.annotations[STATUS_PORT] ?? AGENT) || !isCaptured(inboundCapture(pod), port)) return false
  if (pod.exists || older || pod.annotations[REWRITE] === 'false') return true
  throw new Inconclusive(
    'only Istio 1.25 and later rewrite lifecycle handlers, and a template does not show the release',
    'not-captured',
  )
}

export const rule = defineRule({
  code: 'MCT1421',
  slug: 'lifecycle-handler',
  aliases: [],
  severity: 'warning',
  title: 'Lifecycle httpGet handler is not rewritten for mTLS',
  why: 'The kubelet calls postStart and preStop handlers without a mesh certificate: unless injection rewrites them (Istio 1.25 and later), STRICT mTLS rejects the call.',
  fix: 'Upgrade to Istio 1.25 or later and recreate the pod, remove the annotation sidecar.istio.io/rewriteAppHTTPProbers: "false", or use an exec handler.',
  references: [PAGES.probes, 'https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/'],
  versions: 'Istio before 1.25, or rewriting disabled',
  modes: ['sidecar'],
  needs: [],
  uses: ['peerAuthentications', 'mesh'],
  check: ({pod, version}, {peerAuthentications, mesh}) =>
    appContainers(pod).flatMap(container => {
      const number = ({port}: Probe) =>
        typeof port === 'string' ? container.ports.find(({name}) => name === port)?.port : port
      return container.probes.flatMap((probe): Found[] => {
        const port = number(probe)
        if (probe.kind !== 'postStart' && probe.kind !== 'preStop') return []
        if (probe.handler !== 'httpGet' || probe.host !== undefined || port === undefined) return []
        if (!isNotRewritten(pod, port, isOlder(version, 1, 25))) return []
        if (peerAuthentications === undefined || mesh === undefined)
          throw new Inconclusive('the mTLS mode of the port is unknown', 'not-captured')
        const strict = mtlsMode(pod, port, peerAuthentications, mesh.rootNamespace).mode === 'STRICT'
        const path = `${pod.specPath}.${probe.path}`
        return [
          {
            severity: strict ? 'warning' : 'info',
            message: `The ${probe.kind} handler of ${container.name} (port ${port}) ${strict ? `fails because mTLS is STRICT: ${EFFECT[probe.kind]}` : 'fails as soon as mTLS is STRICT'}.`,
            path,
            proof: [{from: path, text: `port: ${probe.port}`}],
          },
        ]
      })
    }),
})
