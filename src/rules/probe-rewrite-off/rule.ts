import {inboundCapture, isCaptured} from '../../analysis/traffic-capture/inbound-capture.js'
import {mtlsMode} from '../../analysis/traffic-policy/peer-mode.js'
import {appContainers} from '../../model/kube/pod.js'
import {removeAnnotation} from '../patch-steps.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const REWRITE = 'sidecar.istio.io/rewriteAppHTTPProbers'

export const rule = defineRule({
  code: 'MCT1411',
  slug: 'probe-rewrite-off',
  aliases: [],
  severity: 'warning',
  title: 'Probe rewrite is disabled',
  why: 'The kubelet has no mesh certificate: under STRICT mTLS its HTTP and gRPC probes fail and the pod restarts, while TCP probes always succeed because the sidecar accepts every port.',
  fix: 'Remove the annotation sidecar.istio.io/rewriteAppHTTPProbers: "false".',
  references: [PAGES.probes],
  modes: ['sidecar'],
  needs: [],
  uses: ['peerAuthentications', 'mesh'],
  check: ({pod}, {peerAuthentications, mesh}) => {
    if (pod.annotations[REWRITE] !== 'false') return []
    return appContainers(pod).flatMap(container =>
      container.probes.flatMap((probe): Found[] => {
        if (probe.handler === 'exec' || probe.kind === 'postStart' || probe.kind === 'preStop') return []
        const number =
          typeof probe.port === 'number' ? probe.port : container.ports.find(({name}) => name === probe.port)?.port
        // The probe of a port that is not captured reaches the application.
        if (number !== undefined && !isCaptured(inboundCapture(pod), number)) return []
        const mode = mtlsMode(pod, number ?? 0, peerAuthentications ?? [], mesh?.rootNamespace ?? 'istio-system').mode
        const effect =
          probe.handler === 'tcpSocket'
            ? 'succeeds even when nothing listens'
            : mode === 'STRICT'
              ? 'fails because mTLS is STRICT'
              : 'fails as soon as mTLS is STRICT'
        return [
          {
            severity: mode === 'STRICT' || probe.handler === 'tcpSocket' ? 'warning' : 'info',
            message: `The ${probe.kind} probe of ${container.name} (${probe.handler}, port ${probe.port}) ${effect}.`,
            path: `${pod.metadataPath}.annotations["${REWRITE}"]`,
            proof: [
              {from: REWRITE, text: 'false'},
              {from: `${pod.specPath}.${probe.path}`, text: `port: ${probe.port}`},
            ],
            patch: removeAnnotation(pod, REWRITE),
          },
        ]
      }),
    )
  },
})
