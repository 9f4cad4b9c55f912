import type {InjectionWebhook} from '../../model/istio/injection.js'

const KEY = 'istio.io/deactivated'
const VALUE = 'never-match'

/** True for a deactivated webhook, which selects nothing: the default revision's when a tag named default replaces it (istio's charts). */
export function isDeactivated({namespaceSelector, objectSelector}: InjectionWebhook): boolean {
  return [namespaceSelector, objectSelector].every(
    selector => selector.length === 1 && selector[0]?.key === KEY && selector[0].values[0] === VALUE,
  )
}
