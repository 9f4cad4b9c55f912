import {POD_MODES} from '../../model/pod-mode.js'
import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1705',
  slug: 'foreign-system',
  aliases: [],
  severity: 'info',
  title: 'The pod does not run on Linux',
  why: "The sidecar, its rules and the CNI plugin exist for Linux alone, so nothing else is asked about this pod. A sidecar's image cannot be run on such a node: a pod that gets one does not start.",
  fix: 'Keep the pod out of the mesh with the label sidecar.istio.io/inject: "false", and let clients reach it in plain text (DestinationRule with tls mode DISABLE).',
  references: ['https://kubernetes.io/docs/concepts/windows/user-guide/', 'https://istio.io/latest/docs/setup/'],
  modes: POD_MODES,
  anySystem: true,
  needs: [],
  check: ({pod, mode, foreseen}) => {
    const system = pod.foreignSystem
    if (system === undefined) return []
    const sidecar = mode === 'sidecar'
    const gets = foreseen ? 'would get a sidecar' : 'has a sidecar'
    return [
      {
        severity: sidecar ? 'error' : 'info',
        message: sidecar
          ? `The pod asks for ${system.name} nodes and ${gets}, which runs on Linux alone: it cannot start.`
          : `The pod asks for ${system.name} nodes, where the mesh does not exist: no other rule was asked.`,
        path: `${pod.specPath}.${system.path}`,
        proof: [{from: `${pod.specPath}.${system.path}`, text: system.name}],
      },
    ]
  },
})
