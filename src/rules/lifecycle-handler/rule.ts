import {inboundCapture, isCaptured} from '../../analysis/traffic-capture/inbound-capture.js'
import {mtlsMode} from '../../analysis/traffic-policy/peer-mode.js'
import {isOlder} from '../../model/istio-version.js'
import {appContainers, type PodModel, type Probe} from '../../model/pod.js'
import {defineRule, type Found, PAGES, Undecided} from '../rule.js'

const REWRITE = 'sidecar.istio.io/rewriteAppHTTPProbers'
/** Where the agent answers what injection has rewritten, and the annotation that moves it. */
const AGENT = '15020'
const STATUS_PORT = 'status.sidecar.istio.io/port'
const EFFECT = {
  postStart: 'the container is started again and again',
  preStop: 'the container is ended at once, without its preStop',
} as const

/** True when the kubelet's call goes straight to the application's port, which the sidecar captures; undecided for templates of unknown release. */
function unaided(pod: PodModel, port: number, older: boolean): boolean {
  if (String(port) === (pod.annotations[STATUS_PORT] ?? AGENT) || !isCaptured(inboundCapture(pod), port)) return false
  if (pod.exists || older || pod.annotations[REWRITE] === 'false') return true
  throw new Undecided(
    'only Istio 1.25 and later lead lifecycle handlers past mTLS, and a template does not show the release',
    'not-captured',
  )
}

export const rule = defineRule({
  code: 'MCT1421',
  slug: 'lifecycle-handler',
  aliases: [],
  severity: 'warning',
  title: 'A lifecycle handler is not led past mTLS',
  why: 'The kubelet calls postStart and preStop handlers over HTTP without a certificate of the mesh. Injection rewrites them, as it does probes, since Istio 1.25; before, or where rewriting is off, STRICT refuses the call.',
  fix: 'Upgrade to Istio 1.25 or later and create the pod anew, remove the annotation sidecar.istio.io/rewriteAppHTTPProbers: "false", or use an exec handler.',
  references: [PAGES.probes, 'https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/'],
  versions: 'Istio before 1.25, or rewriting off',
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
        if (!unaided(pod, port, isOlder(version, 1, 25))) return []
        if (peerAuthentications === undefined || mesh === undefined)
          throw new Undecided('which mTLS the port demands is not known', 'not-captured')
        const strict = mtlsMode(pod, port, peerAuthentications, mesh.rootNamespace).mode === 'STRICT'
        const path = `${pod.specPath}.${probe.path}`
        return [
          {
            severity: strict ? 'warning' : 'info',
            message: `The ${probe.kind} handler of ${container.name} (port ${port}) ${strict ? `fails, as mTLS is STRICT: ${EFFECT[probe.kind]}` : 'works only as long as mTLS is not STRICT'}.`,
            path,
            proof: [{from: path, text: `port: ${probe.port}`}],
          },
        ]
      })
    }),
})
