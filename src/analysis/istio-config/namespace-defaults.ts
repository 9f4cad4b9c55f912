import {groupedBy} from '../../model/collections/grouped-by.js'
import type {Configured} from '../../model/istio-config/config-object.js'
import {byText} from '../../model/text/order.js'

/** The namespaces in which several of these objects are, with their names. */
export function defaultsByNamespace<T extends Configured>(
  items: readonly T[],
): readonly {readonly namespace: string; readonly items: readonly T[]; readonly names: string}[] {
  return [...groupedBy(items, ({object}) => object.ref.namespace)]
    .filter(([, some]) => some.length > 1)
    .map(([namespace, some]) => {
      const names = some.map(({object}) => object.ref.name).sort(byText)
      return {namespace, items: some, names: names.join(', ')}
    })
}
