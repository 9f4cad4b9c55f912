import {SYSTEM_NAMESPACES} from '../../analysis/injection/decision.js'
import {selects} from '../../analysis/ports/service-ports.js'
import {asksForSidecars} from '../../model/injection.js'
import {defineRule, PAGES} from '../rule.js'

const ASKS = ['istio-injection', 'istio.io/rev']

export const rule = defineRule({
  code: 'MCT1216',
  slug: 'injection-refused',
  aliases: [],
  severity: 'warning',
  title: 'The pod is left out of a mesh its namespace belongs to',
  why: 'Its neighbours have sidecars and it has none: no mTLS to it, no policy in it, no telemetry of it, and STRICT peers refuse what it sends.',
  fix: 'Remove what refuses the sidecar and create the pod anew; if it is meant, accept the finding with the annotation meshctl.io/ignore.',
  references: [PAGES.injection],
  modes: ['none'],
  needs: ['injection', 'namespace'],
  uses: ['services'],
  check: ({pod}, {injection, namespace, services = []}) => {
    // A webhook that is not there is another rule's finding.
    if (injection.injected || injection.decidedBy === 'missing webhook' || pod.hostNetwork) return []
    if (!asksForSidecars(namespace.labels)) return []
    // There nothing would be injected anyway.
    const system = SYSTEM_NAMESPACES.includes(pod.object.namespace)
    const served = services.some(service => selects(service, pod))
    const asks = ASKS.filter(key => namespace.labels[key] !== undefined).map(key => `${key}=${namespace.labels[key]}`)
    const place =
      injection.decidedBy === 'pod label' ? 'labels' : injection.decidedBy === 'pod annotation' ? 'annotations' : ''
    return [
      {
        severity: served && !system ? 'warning' : 'info',
        message: `No sidecar, because ${injection.reason}, in a namespace that has ${asks.join(' and ')}.`,
        ...(place === '' ? {} : {path: `${pod.metadataPath}.${place}["sidecar.istio.io/inject"]`}),
        proof: injection.steps.map(({question, answer}) => ({from: question, text: answer})),
      },
    ]
  },
})
