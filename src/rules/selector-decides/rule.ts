import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1207',
  slug: 'selector-decides',
  aliases: [],
  severity: 'info',
  title: 'Injector selector decides about the sidecar',
  why: 'neverInjectSelector and alwaysInjectSelector in the injector ConfigMap override its policy and are overridden only by the label of the pod, so the labels of pod and namespace do not explain the result.',
  fix: 'Nothing if intentional; otherwise correct the selector in the installation, or label the pod sidecar.istio.io/inject.',
  references: [PAGES.injecting],
  modes: ['sidecar', 'none'],
  needs: ['injection'],
  check: (_workload, {injection}) => {
    if (injection.decidedBy !== 'neverInjectSelector' && injection.decidedBy !== 'alwaysInjectSelector') return []
    return [
      {
        message: `${injection.injected ? 'A sidecar' : 'No sidecar'}: ${injection.reason}.`,
        proof: injection.steps.map(({question, answer}) => ({from: question, text: answer})),
      },
    ]
  },
})
