import {DATAPLANE_LABEL} from '../../model/istio/mesh-keys.js'
import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1601',
  slug: 'ambient-and-sidecar',
  aliases: [],
  severity: 'info',
  title: 'Pod with a sidecar in an ambient namespace',
  why: 'The sidecar takes precedence: traffic of the pod is not redirected to ztunnel, and waypoints do not see what it receives.',
  fix: 'Choose one of the two: remove the injection labels and restart the workload, or label the pod istio.io/dataplane-mode=none.',
  references: ['https://istio.io/latest/docs/ambient/usage/add-workloads/'],
  modes: ['sidecar'],
  needs: ['namespace'],
  check: ({pod}, {namespace}) => {
    const dataplaneMode = pod.labels[DATAPLANE_LABEL] ?? namespace.labels[DATAPLANE_LABEL]
    if (dataplaneMode !== 'ambient') return []
    return [
      {
        message: `The pod has a sidecar although ${DATAPLANE_LABEL}=ambient is set.`,
        proof: [
          {
            from: pod.labels[DATAPLANE_LABEL] === undefined ? `Namespace ${namespace.name}` : 'pod',
            text: `${DATAPLANE_LABEL}: ambient`,
          },
        ],
      },
    ]
  },
})
