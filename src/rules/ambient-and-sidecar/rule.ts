import {defineRule} from '../rule.js'

const MODE = 'istio.io/dataplane-mode'

export const rule = defineRule({
  code: 'MCT1601',
  slug: 'ambient-and-sidecar',
  aliases: [],
  severity: 'info',
  title: 'A pod with a sidecar in an ambient namespace',
  why: 'The sidecar wins: the pod is not led through ztunnel, and waypoints do not see what it receives.',
  fix: 'Decide for one of the two: remove the injection labels and restart, or label the pod istio.io/dataplane-mode=none.',
  references: ['https://istio.io/latest/docs/ambient/usage/add-workloads/'],
  modes: ['sidecar'],
  needs: ['namespace'],
  check: ({pod}, {namespace}) => {
    const asked = pod.labels[MODE] ?? namespace.labels[MODE]
    if (asked !== 'ambient') return []
    return [
      {
        message: `${MODE}=ambient is asked for, but the pod has a sidecar.`,
        proof: [
          {from: pod.labels[MODE] === undefined ? `Namespace ${namespace.name}` : 'pod', text: `${MODE}: ambient`},
        ],
      },
    ]
  },
})
