import {defineRule, type Found, Inconclusive} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1208',
  slug: 'injection-webhook-broken',
  aliases: [],
  severity: 'error',
  title: 'Injection webhook cannot be called',
  why: 'Without a valid caBundle the API server cannot verify istiod: with failurePolicy Fail pods cannot be created, with Ignore they start without a sidecar.',
  fix: 'Restart istiod, which writes its CA into the webhook; if another tool manages the configuration, make it leave caBundle unchanged.',
  references: ['https://istio.io/latest/docs/ops/common-problems/injection/'],
  modes: ['sidecar', 'none'],
  needs: ['webhooks', 'injection'],
  check: ({pod, at}, {injection}): readonly Found[] => {
    const hook = injection.webhook
    if (hook === undefined) return []
    const {caBundle} = hook
    const expired = typeof caBundle === 'object' && Date.parse(caBundle.notAfter) < at.getTime()
    const wrong =
      caBundle === 'absent'
        ? 'has no caBundle'
        : caBundle === 'unreadable'
          ? 'has a caBundle that is not a certificate'
          : expired
            ? `has a caBundle that expired at ${caBundle.notAfter}`
            : undefined
    if (wrong === undefined) return []
    // In manifests the caBundle is empty.
    if (!pod.exists) throw new Inconclusive('the caBundle of the webhook is set by istiod at run time', 'not-captured')
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
