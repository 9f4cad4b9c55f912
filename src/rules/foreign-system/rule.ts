import {POD_MODES} from '../../model/istio/pod-mode.js'
import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1705',
  slug: 'foreign-system',
  aliases: [],
  severity: 'info',
  title: 'Pod does not run on Linux',
  why: 'The sidecar, its iptables rules and the CNI plugin support Linux only: a pod that gets a sidecar does not start on such a node, and no other rule applies to it.',
  fix: 'Keep the pod out of the mesh with the label sidecar.istio.io/inject: "false", and let clients use plaintext (DestinationRule with tls mode DISABLE).',
  references: ['https://kubernetes.io/docs/concepts/windows/user-guide/', 'https://istio.io/latest/docs/setup/'],
  modes: POD_MODES,
  anyOs: true,
  needs: [],
  check: ({pod, mode, predicted}) => {
    const os = pod.nonLinuxOs
    if (os === undefined) return []
    const sidecar = mode === 'sidecar'
    const injected = predicted ? 'would get a sidecar' : 'has a sidecar'
    return [
      {
        severity: sidecar ? 'error' : 'info',
        message: sidecar
          ? `The pod selects ${os.name} nodes and ${injected}, which supports Linux only: it cannot start.`
          : `The pod selects ${os.name} nodes, which Istio does not support: no other rule was checked.`,
        path: `${pod.specPath}.${os.path}`,
        proof: [{from: `${pod.specPath}.${os.path}`, text: os.name}],
      },
    ]
  },
})
