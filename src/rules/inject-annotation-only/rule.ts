import {decideInjection} from '../../analysis/injection/decision.js'
import {defaultWebhooks} from '../../analysis/injection/default-webhooks.js'
import {INJECT_LABEL} from '../../model/istio/mesh-keys.js'
import {setInMap} from '../patch-steps.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1201',
  slug: 'inject-annotation-only',
  aliases: [],
  severity: 'warning',
  title: 'Injection annotation without the label has no effect',
  why: 'Webhooks select pods by labels: the annotation is read only after a webhook was called for another reason, so the pod starts without a sidecar.',
  fix: 'Set it as a label of the pod template: sidecar.istio.io/inject: "true".',
  references: [PAGES.injecting, PAGES.annotations],
  modes: ['none'],
  needs: ['injection', 'namespace'],
  uses: ['webhooks'],
  check: ({pod}, {injection, namespace, webhooks = defaultWebhooks([])}) => {
    if (
      pod.annotations[INJECT_LABEL] !== 'true' ||
      pod.labels[INJECT_LABEL] !== undefined ||
      injection.webhook !== undefined
    )
      return []
    const path = `${pod.metadataPath}.annotations`
    // In a namespace that disables injection, or without a webhook for it, the label alone would not help either.
    const labelled = {...pod, labels: {...pod.labels, [INJECT_LABEL]: 'true'}}
    const helps = decideInjection({pod: labelled, namespace, webhooks, injectors: []}).injected
    return [
      {
        message: `The annotation ${INJECT_LABEL}: "true" has no effect: no webhook is called for the pod.`,
        path: `${path}["${INJECT_LABEL}"]`,
        proof: injection.steps.map(({question, answer}) => ({from: question, text: answer})),
        ...(helps
          ? {patch: setInMap(pod, 'labels', INJECT_LABEL, 'true')}
          : {fix: `First fix this: ${injection.reason}. A label on the pod alone would not help.`}),
      },
    ]
  },
})
