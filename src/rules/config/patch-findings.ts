import {groupedBy} from '../../model/collections/grouped-by.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {EnvoyPatch} from '../../model/istio-config/traffic.js'
import type {ConfigFound} from './config-rule.js'

/** One finding for each EnvoyFilter with such patches, at the first of them; `text` makes the message of their list. */
export function patchFindings(
  patches: readonly (EnvoyPatch & {readonly object: ConfigObject})[],
  text: (list: string) => string,
): readonly ConfigFound[] {
  const byObject = groupedBy(patches, ({object}) => object)
  return [...byObject].flatMap(([object, own]) => {
    const [first] = own
    if (first === undefined) return []
    const list = own.map(({operation, applyTo}) => `${operation} of ${applyTo}`)
    return [{object, path: `${first.path}.patch.operation`, message: text([...new Set(list)].join(', '))}]
  })
}
