import {at} from '../../../formats/decode.js'
import {readConditions} from '../../../formats/istio-config/policy.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2164',
  slug: 'workload-entry-unhealthy',
  aliases: [],
  severity: 'error',
  title: 'Workload outside the cluster fails its health check',
  why: 'istiod takes it out of the endpoints: without another healthy endpoint requests fail with 503 UH.',
  fix: 'See why the probe of its WorkloadGroup fails on the machine; the agent there reports the result.',
  references: ['https://istio.io/latest/docs/reference/config/networking/workload-group/#ReadinessProbe'],
  kinds: ['WorkloadEntry'],
  check: set =>
    set.of('WorkloadEntry').flatMap(object =>
      readConditions(at(object.raw, 'status'), 'status')
        .filter(({type, status}) => type === 'Healthy' && status === 'False')
        .map(({message, path}) => ({
          object,
          path,
          message: `Its last health check failed${message === '' ? '' : `: ${message}`}.`,
        })),
    ),
}
