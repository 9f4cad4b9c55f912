import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1207',
  slug: 'selector-decides',
  aliases: [],
  severity: 'info',
  title: 'A selector of the injector decides about the sidecar',
  why: 'neverInjectSelector and alwaysInjectSelector stand in the ConfigMap of the injector, where nobody looks: they win over its policy and lose to the label of the pod.',
  fix: 'Nothing, if it is meant; else correct the selector in the installation, or label the pod sidecar.istio.io/inject.',
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
