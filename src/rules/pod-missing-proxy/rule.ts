import {appContainers} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1215',
  slug: 'pod-missing-proxy',
  aliases: ['IST0103'],
  severity: 'error',
  title: 'Pod should have a sidecar but has none',
  why: 'Injection happens only when a pod is created: a pod created before the label was set, or while the webhook was down, stays outside the mesh and STRICT peers reject it.',
  fix: 'Recreate the pod: kubectl rollout restart; if it still has no sidecar, check the webhook and istiod.',
  references: [PAGES.injection, PAGES.injecting],
  modes: ['none'],
  needs: ['injection'],
  check: ({pod}, {injection}) => {
    if (!pod.exists || !injection.injected || appContainers(pod).length === 0) return []
    return [
      {
        message: `${injection.webhook?.name ?? 'The webhook'} would inject the pod because ${injection.reason}, but it has no istio-proxy.`,
        proof: [
          ...injection.steps.map(({question, answer}) => ({from: question, text: answer})),
          {from: 'containers', text: pod.containers.map(({name}) => name).join(', ')},
        ],
      },
    ]
  },
})
