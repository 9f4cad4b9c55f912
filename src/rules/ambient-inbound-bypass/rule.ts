import {removeAnnotation} from '../patch-steps.js'
import {defineRule} from '../rule.js'

const BYPASS = 'ambient.istio.io/bypass-inbound-capture'

export const rule = defineRule({
  code: 'MCT1605',
  slug: 'ambient-inbound-bypass',
  aliases: [],
  severity: 'warning',
  title: 'Inbound traffic of an ambient pod bypasses ztunnel',
  why: 'Inbound mTLS is not enforced and no AuthorizationPolicy applies to what the pod receives.',
  fix: 'Remove the annotation ambient.istio.io/bypass-inbound-capture.',
  references: ['https://istio.io/latest/docs/reference/config/annotations/'],
  modes: ['ambient'],
  needs: [],
  check: ({pod}) => {
    if (pod.annotations[BYPASS] !== 'true') return []
    const path = `${pod.metadataPath}.annotations["${BYPASS}"]`
    const patch = removeAnnotation(pod, BYPASS)
    return [
      {message: 'Inbound connections to the pod bypass ztunnel.', path, proof: [{from: path, text: 'true'}], patch},
    ]
  },
})
