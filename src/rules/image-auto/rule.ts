import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1209',
  slug: 'image-auto',
  aliases: ['IST0146', 'IST0147'],
  severity: 'error',
  title: 'Image "auto" is not replaced by injection',
  why: 'Only injection replaces the image "auto" of a gateway or an overridden sidecar: without it the node tries to pull an image of that name, and the pod never starts.',
  fix: 'Make injection select the pod: label its namespace istio-injection=enabled or istio.io/rev=REVISION, or give the pod template the label sidecar.istio.io/inject: "true"; then recreate the pod.',
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
          message: 'The pod was created without injection: its image is still "auto".',
          path,
          proof: [{from: path, text: 'auto'}],
        },
      ]
    }
    if (injection === undefined)
      throw new Inconclusive('it is unknown whether the pod would be injected', 'not-captured')
    if (injection.injected) return []
    return [
      {
        message: `The image is "auto", but the pod would not be injected: ${injection.reason}.`,
        path,
        proof: [
          {from: path, text: 'auto'},
          ...injection.steps.map(({question, answer}) => ({from: question, text: answer})),
        ],
      },
    ]
  },
})
