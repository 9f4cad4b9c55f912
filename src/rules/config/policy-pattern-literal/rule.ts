import {type OperationValue, operationValues, sourceNames} from '../../../formats/istio-config/policy-values.js'
import type {ConfigRule} from '../config-rule.js'

/** What is compared literally in the value, although it looks like a pattern; undefined when nothing is. */
function literalPart({field, value}: OperationValue): string | undefined {
  if (/ports$/i.test(field) || value === '*') return undefined
  if (/paths$/i.test(field) && /\{\*{1,2}\}/.test(value)) return undefined
  if (value.startsWith('^') || value.endsWith('$')) return 'a regular expression'
  const rest = value.startsWith('*') ? value.slice(1) : value.endsWith('*') ? value.slice(0, -1) : value
  if (rest.includes('*')) return 'a * that is neither first nor last'
  return value.endsWith('.*') && /paths$/i.test(field) ? '. before the *' : undefined
}

export const rule: ConfigRule = {
  code: 'MCT2142',
  slug: 'policy-pattern-literal',
  aliases: [],
  severity: 'warning',
  title: 'Value of a policy is not a pattern',
  why: 'Values are compared exactly, by prefix (abc*), by suffix (*abc) or for presence (*): anything else in them is compared literally.',
  fix: 'Use one * at the beginning or the end; for paths also {*} and {**} from Istio 1.22 on.',
  references: [
    'https://istio.io/latest/docs/concepts/security/#value-matching',
    'https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation',
  ],
  kinds: ['AuthorizationPolicy'],
  check: set =>
    set.of('AuthorizationPolicy').flatMap(object =>
      [...operationValues(object), ...sourceNames(object)].flatMap(each => {
        const part = literalPart(each)
        if (part === undefined) return []
        const message = `${each.value} in ${each.field} contains ${part}, which is compared literally.`
        return [{object, path: each.path, message}]
      }),
    ),
}
