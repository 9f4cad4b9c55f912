import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1424',
  slug: 'proxy-plain-init',
  aliases: [],
  severity: 'error',
  title: 'istio-proxy is an init container that never ends',
  why: 'Only with restartPolicy: Always is an init container a native sidecar; without it the pod waits for istio-proxy to end, which it never does, so the application never starts, and the API server rejects its probes.',
  fix: 'Set restartPolicy: Always on istio-proxy. If injection set it, another mutating webhook or an old client library dropped the field: update it, and check that the cluster supports native sidecars (Kubernetes 1.29 and later).',
  references: [PAGES.sidecarContainers, PAGES.injecting],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: [],
  needsToPass: ['sidecar'],
  check: ({pod}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    if (proxy?.role !== 'init') return []
    const path = `${pod.specPath}.${proxy.path}`
    const probes = proxy.probes.filter(({kind}) => kind !== 'postStart' && kind !== 'preStop').map(({kind}) => kind)
    const running = proxy.state?.state === 'running' ? ', and has not ended' : ''
    return [
      {
        message: `istio-proxy is an init container without restartPolicy: Always${running}: the application waits for it forever.`,
        path,
        proof: [
          {from: path, text: 'no restartPolicy: Always'},
          ...(probes.length === 0
            ? []
            : [{from: `${path} probes`, text: `${probes.join(', ')}: allowed only with restartPolicy: Always`}]),
        ],
      },
    ]
  },
})
