import {DISCONNECTED_AT, disconnectedSince, WORKLOAD_CONTROLLER} from '../../formats/kube-pod/machine-pod.js'
import {defineRule, type Found} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1909',
  slug: 'machine-disconnected',
  aliases: [],
  severity: 'error',
  title: 'Machine is disconnected or unhealthy',
  why: 'istiod sends no traffic to a machine whose health check fails, and removes an automatically registered WorkloadEntry soon after its proxy has disconnected; the proxy gets no new configuration.',
  fix: 'Read the log of istio on the machine (journalctl -u istio): whether it reaches istiod (15012 of the east-west gateway), its token is valid, and the application answers the probe of the WorkloadGroup.',
  references: [
    'https://istio.io/latest/docs/reference/config/networking/workload-group/',
    'https://istio.io/latest/docs/ops/diagnostic-tools/virtual-machines/',
  ],
  versions: 'Istio 1.8 and later (automatic registration)',
  modes: ['sidecar'],
  machines: 'only',
  needs: [],
  check: ({pod}) => {
    const {[WORKLOAD_CONTROLLER]: istiod} = pod.annotations
    const until = disconnectedSince(pod.annotations)
    const found: Found[] = []
    if (until !== undefined)
      found.push({
        message: `Its proxy has been disconnected from istiod since ${until}${istiod === undefined ? '' : ` (last of ${istiod})`}.`,
        proof: [{from: `WorkloadEntry ${pod.object.name}`, text: `${DISCONNECTED_AT}: ${until}`}],
      })
    const sick = pod.conditions.find(({type, status}) => type === 'Healthy' && status === 'False')
    if (sick !== undefined)
      found.push({
        message: `Its last health check failed${sick.message === undefined ? '' : `: ${sick.message}`}; it gets no traffic.`,
        proof: [{from: `WorkloadEntry ${pod.object.name}`, text: 'condition Healthy: False'}],
      })
    return found
  },
})
