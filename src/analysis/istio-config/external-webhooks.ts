import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {WebhookConfig, WebhooksConfig} from '../../model/istio-config/kubernetes.js'

/** Where webhook configurations are looked up. */
export interface WebhookWorld {
  webhooks(kind: 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration'): readonly WebhooksConfig[]
}

const VALIDATORS = /^(?:istiod-default-validator$|istio-validator)/
const INJECTORS = /^istio-sidecar-injector/

/** The webhooks by which the API server calls istiod, which is outside the cluster with an external control plane. */
export function externalWebhooks(
  world: WebhookWorld,
): readonly {readonly object: ConfigObject; readonly webhook: WebhookConfig}[] {
  const named = (kind: 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration', name: RegExp) =>
    world
      .webhooks(kind)
      .filter(({object}) => name.test(object.ref.name))
      .flatMap(({object, webhooks}) => webhooks.map(webhook => ({object, webhook})))
  return [...named('ValidatingWebhookConfiguration', VALIDATORS), ...named('MutatingWebhookConfiguration', INJECTORS)]
}
