import {SYSTEM_NAMESPACES} from '../../analysis/injection/decision.js'
import {selectingServices} from '../../analysis/ports/service-ports.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {asksForSidecars} from '../../model/istio/injection.js'
import {INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import {defineRule, PAGES} from '../rule.js'

const INJECTION_LABELS = [INJECTION_LABEL, REVISION_LABEL]

export const rule = defineRule({
  code: 'MCT1216',
  slug: 'injection-refused',
  aliases: [],
  severity: 'warning',
  title: 'Pod opts out of injection in its namespace',
  why: 'Other pods in the namespace have sidecars and this one has none: no mTLS, no policy, no telemetry, and STRICT peers reject what it sends.',
  fix: 'Remove the opt-out and recreate the pod; if it is intentional, ignore the finding with the annotation meshctl.io/ignore.',
  references: [PAGES.injection],
  modes: ['none'],
  needs: ['injection', 'namespace'],
  uses: ['services'],
  check: ({pod}, {injection, namespace, services = []}) => {
    // MCT1205 reports a missing webhook.
    if (injection.injected || injection.decidedBy === 'missing webhook' || pod.hostNetwork) return []
    if (!asksForSidecars(namespace.labels)) return []
    // Injection never applies in system namespaces.
    const system = SYSTEM_NAMESPACES.includes(pod.object.namespace)
    const served = selectingServices(pod, services).length > 0
    const enabledBy = INJECTION_LABELS.filter(key => namespace.labels[key] !== undefined).map(
      key => `${key}=${namespace.labels[key]}`,
    )
    const place =
      injection.decidedBy === 'pod label' ? 'labels' : injection.decidedBy === 'pod annotation' ? 'annotations' : ''
    return [
      {
        severity: served && !system ? 'warning' : 'info',
        message: `No sidecar because ${injection.reason}, in a namespace with ${enabledBy.join(' and ')}.`,
        ...definedFields({path: place === '' ? undefined : `${pod.metadataPath}.${place}["sidecar.istio.io/inject"]`}),
        proof: injection.steps.map(({question, answer}) => ({from: question, text: answer})),
      },
    ]
  },
})
