import type {Labels} from '../model/selector.js'

/** The annotation that accepts findings of an object: `RULE,RULE: reason`, each rule by its code, its name or Istio's code. */
export const IGNORE = 'meshctl.io/ignore'

/** What an object's annotation accepts; undefined where it has none. */
export function ignoredIn(
  annotations: Labels,
): {readonly rules: readonly string[]; readonly reason: string | undefined} | undefined {
  const text = annotations[IGNORE]
  if (text === undefined) return undefined
  const [rules = '', ...rest] = text.split(':')
  const reason = rest.join(':').trim()
  return {
    rules: rules
      .split(',')
      .map(word => word.trim())
      .filter(word => word !== ''),
    reason: reason === '' ? undefined : reason,
  }
}
