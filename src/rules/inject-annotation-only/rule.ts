import {decideInjection} from '../../analysis/injection/decision.js'
import {stockWebhooks} from '../../analysis/injection/stock-webhooks.js'
import {setInMap} from '../mend.js'
import {defineRule, PAGES} from '../rule.js'

const INJECT = 'sidecar.istio.io/inject'

export const rule = defineRule({
  code: 'MCT1201',
  slug: 'inject-annotation-only',
  aliases: [],
  severity: 'warning',
  title: 'The pod asks for a sidecar where nobody listens',
  why: 'Webhooks select by labels. The annotation counts only once a webhook was called for another reason; alone it does nothing.',
  fix: 'Write it as a label of the pod template: sidecar.istio.io/inject: "true".',
  references: [PAGES.injecting, PAGES.annotations],
  modes: ['none'],
  needs: ['injection', 'namespace'],
  uses: ['webhooks'],
  check: ({pod}, {injection, namespace, webhooks = stockWebhooks([])}) => {
    if (pod.annotations[INJECT] !== 'true' || pod.labels[INJECT] !== undefined || injection.webhook !== undefined)
      return []
    const path = `${pod.metadataPath}.annotations`
    // In a namespace that forbids it, or where no webhook serves it, the label alone would not help either.
    const labelled = {...pod, labels: {...pod.labels, [INJECT]: 'true'}}
    const helps = decideInjection({pod: labelled, namespace, webhooks, injectors: []}).injected
    return [
      {
        message: `The annotation ${INJECT}: "true" has no effect: no webhook is called for the pod.`,
        path: `${path}["${INJECT}"]`,
        proof: injection.steps.map(({question, answer}) => ({from: question, text: answer})),
        ...(helps
          ? {patch: setInMap(pod, 'labels', INJECT, 'true')}
          : {fix: `First mend this: ${injection.reason}. A label of the pod alone would not help.`}),
      },
    ]
  },
})
