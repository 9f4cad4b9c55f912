import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1205',
  slug: 'revision-without-webhook',
  aliases: [],
  severity: 'error',
  title: 'No webhook serves the requested revision',
  why: 'No webhook is called when the pod is created, so it starts without a sidecar and without any error.',
  fix: 'Set a revision or tag that is installed, or install that revision; istio-injection=enabled needs a default revision or a tag named default.',
  references: [PAGES.injection, 'https://istio.io/latest/docs/setup/upgrade/canary/'],
  modes: ['none', 'sidecar'],
  needs: ['injection', 'webhooks'],
  check: ({mode}, {injection}) => {
    if (injection.decidedBy !== 'missing webhook') return []
    return [
      {
        ...(mode === 'sidecar'
          ? {
              severity: 'warning' as const,
              message: `The pod has a sidecar, but would have none if recreated: ${injection.reason}.`,
            }
          : {message: `No sidecar: ${injection.reason}.`}),
        proof: injection.steps.map(({question, answer}) => ({from: question, text: answer})),
      },
    ]
  },
})
