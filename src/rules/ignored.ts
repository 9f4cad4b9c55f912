import type {Labels} from '../model/kube/selector.js'
import {commaList} from '../model/text/comma-list.js'

/** The annotation that ignores findings of an object: `RULE,RULE: reason`, each rule by its code, slug or Istio code. */
export const IGNORE = 'meshctl.io/ignore'

/** The rules and the reason in an object's annotation; undefined without one. */
export function ignoredIn(
  annotations: Labels,
): {readonly rules: readonly string[]; readonly reason: string | undefined} | undefined {
  const text = annotations[IGNORE]
  if (text === undefined) return undefined
  const [rules = '', ...rest] = text.split(':')
  const reason = rest.join(':').trim()
  return {
    rules: commaList(rules),
    reason: reason === '' ? undefined : reason,
  }
}
