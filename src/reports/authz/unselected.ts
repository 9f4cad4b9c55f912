import type {PresentState} from '../../evidence/predicted-mesh/present.js'
import {matchesLabels, requirementsOf, selectorText} from '../../model/kube/selector.js'

/**
 * A note for each AuthorizationPolicy of a namespace, or of the root namespace, whose selector matches no pod: it decides nothing, although it
 * reads as if it did. Without all pods nothing is said.
 */
export function unselectedNotes({state, pods, gaps}: PresentState, namespaces: readonly string[]): readonly string[] {
  if (gaps.some(({what}) => /\bpods?\b/i.test(what))) return []
  const root = state.settings.rootNamespace
  return state.authorizations.flatMap(({object, selector, targets}) => {
    const {namespace, name} = object
    if (selector === undefined || targets.length > 0) return []
    const asked = namespace === root ? pods : pods.filter(({ref}) => ref.namespace === namespace)
    if (asked.length === 0 || !(namespace === root || namespaces.includes(namespace ?? ''))) return []
    const wanted = requirementsOf(selector)
    return asked.some(({labels}) => matchesLabels(wanted, labels))
      ? []
      : [`AuthorizationPolicy ${namespace}/${name} selects no pod (${selectorText(wanted)}): it decides nothing`]
  })
}
