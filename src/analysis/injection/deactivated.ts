import type {InjectionWebhook} from '../../model/injection.js'

const KEY = 'istio.io/deactivated'
const VALUE = 'never-match'

/** True for a webhook that is kept but selects nothing, as the default revision's is when a tag called default stands in for it (istio's charts). */
export function isDeactivated({namespaceSelector, objectSelector}: InjectionWebhook): boolean {
  return [namespaceSelector, objectSelector].every(
    selector => selector.length === 1 && selector[0]?.key === KEY && selector[0].values[0] === VALUE,
  )
}
