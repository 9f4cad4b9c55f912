import {injectedContainer} from '../../model/pod.js'
import {defineRule, PAGES, Undecided} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1209',
  slug: 'image-auto',
  aliases: ['IST0146', 'IST0147'],
  severity: 'error',
  title: 'The image "auto" is not replaced, because nothing is injected',
  why: 'The image of a gateway or of an overridden sidecar is called auto so that injection puts the right one there. Without injection the node looks for an image of that name, and the pod never starts.',
  fix: 'Make injection select the pod: label its namespace istio-injection=enabled or istio.io/rev=REVISION, or give the pod template the label sidecar.istio.io/inject: "true"; then create the pod anew.',
  references: [PAGES.injecting, 'https://istio.io/latest/docs/setup/additional-setup/gateway/'],
  modes: ['sidecar', 'gateway', 'none'],
  needs: [],
  uses: ['injection'],
  check: ({pod}, {injection}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    if (proxy?.image !== 'auto') return []
    const path = `${pod.specPath}.${proxy.path}.image`
    if (pod.exists) {
      return [
        {
          message: 'The pod was made without injection: its image is still "auto".',
          path,
          proof: [{from: path, text: 'auto'}],
        },
      ]
    }
    if (injection === undefined) throw new Undecided('whether it would be injected is not known', 'not-captured')
    if (injection.injected) return []
    return [
      {
        message: `The image is "auto", and nothing would be injected: ${injection.reason}.`,
        path,
        proof: [
          {from: path, text: 'auto'},
          ...injection.steps.map(({question, answer}) => ({from: question, text: answer})),
        ],
      },
    ]
  },
})
