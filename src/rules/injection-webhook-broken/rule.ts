import {defineRule, type Found, Undecided} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1208',
  slug: 'injection-webhook-broken',
  aliases: [],
  severity: 'error',
  title: 'The injection webhook cannot be called',
  why: 'Without a valid caBundle the API server trusts no istiod: with failurePolicy Fail pods cannot be created, with Ignore they start without a sidecar.',
  fix: 'Restart istiod, which writes its CA into the webhook; if another tool owns the configuration, let it leave caBundle alone.',
  references: ['https://istio.io/latest/docs/ops/common-problems/injection/'],
  modes: ['sidecar', 'none'],
  needs: ['webhooks', 'injection'],
  check: ({pod, at}, {injection}): readonly Found[] => {
    const hook = injection.webhook
    if (hook === undefined) return []
    const {caBundle} = hook
    const ended = typeof caBundle === 'object' && Date.parse(caBundle.notAfter) < at.getTime()
    const wrong =
      caBundle === 'absent'
        ? 'has no caBundle'
        : caBundle === 'unreadable'
          ? 'has a caBundle that is no certificate'
          : ended
            ? `has a caBundle that ended at ${caBundle.notAfter}`
            : undefined
    if (wrong === undefined) return []
    // In manifests the caBundle is empty.
    if (!pod.exists) throw new Undecided('istiod writes the caBundle of the webhook when it runs', 'not-captured')
    const effect = hook.failurePolicy === 'Fail' ? 'pods cannot be created' : 'pods start without a sidecar'
    return [
      {
        message: `Webhook ${hook.name} ${wrong}: ${effect} (failurePolicy ${hook.failurePolicy}).`,
        object: {kind: 'MutatingWebhookConfiguration', namespace: '', name: hook.configuration},
        path: 'webhooks[*].clientConfig.caBundle',
        proof: [{from: hook.configuration, text: `${hook.name}: ${wrong}, failurePolicy ${hook.failurePolicy}`}],
      },
    ]
  },
})
