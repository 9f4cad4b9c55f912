import {entryPointer} from '../../model/object-path.js'
import {defineRule, PAGES} from '../rule.js'

const INJECT = 'sidecar.istio.io/inject'

export const rule = defineRule({
  code: 'MCT1201',
  slug: 'inject-annotation-only',
  aliases: ['IST0135'],
  severity: 'warning',
  title: 'The pod asks for a sidecar where nobody listens',
  why: 'Webhooks select by labels. The annotation counts only once a webhook was called for another reason; alone it does nothing.',
  fix: 'Write it as a label of the pod template: sidecar.istio.io/inject: "true".',
  references: [PAGES.injecting, PAGES.annotations],
  modes: ['none'],
  needs: ['injection'],
  check: ({pod}, {injection}) => {
    if (pod.annotations[INJECT] !== 'true' || pod.labels[INJECT] !== undefined || injection.injected) return []
    const path = `${pod.metadataPath}.annotations`
    return [
      {
        message: `The annotation ${INJECT}: "true" has no effect: no webhook is called for the pod.`,
        path: `${path}["${INJECT}"]`,
        proof: injection.steps.map(({question, answer}) => ({from: question, text: answer})),
        patch: [{op: 'add', path: entryPointer(`${pod.metadataPath}.labels`, INJECT), value: 'true'}],
      },
    ]
  },
})
