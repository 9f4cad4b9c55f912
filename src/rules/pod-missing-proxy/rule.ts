import {appContainers} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1215',
  slug: 'pod-missing-proxy',
  aliases: ['IST0103'],
  severity: 'error',
  title: 'The pod should have a sidecar and has none',
  why: 'Injection happens only when a pod is created: one that was created before the label, or while the webhook did not answer, stays outside the mesh and is refused by STRICT peers.',
  fix: 'Create the pod anew: kubectl rollout restart; if it still has no sidecar, look at the webhook and at istiod.',
  references: [PAGES.injection, PAGES.injecting],
  modes: ['none'],
  needs: ['injection'],
  check: ({pod}, {injection}) => {
    if (!pod.exists || !injection.injected || appContainers(pod).length === 0) return []
    return [
      {
        message: `${injection.webhook?.name ?? 'The webhook'} would inject it today because ${injection.reason}, yet the pod has no istio-proxy.`,
        proof: [
          ...injection.steps.map(({question, answer}) => ({from: question, text: answer})),
          {from: 'containers', text: pod.containers.map(({name}) => name).join(', ')},
        ],
      },
    ]
  },
})
