import {ruleLabel} from '../../../analysis/istio-config/route-order.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2108',
  slug: 'timeout-before-retry',
  aliases: [],
  severity: 'warning',
  title: 'Timeout ends before the first retry',
  why: 'The timeout of the route limits all attempts together, so the retries never happen.',
  fix: 'Set the timeout above perTryTimeout times the attempts plus one.',
  references: [
    'https://istio.io/latest/docs/concepts/traffic-management/#timeouts',
    'https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry',
  ],
  kinds: ['VirtualService'],
  check: set =>
    set.virtualServices().flatMap(({object, rules}) =>
      rules.flatMap(rule => {
        const {timeoutMs = 0, retries, path} = rule
        const each = retries?.perTryTimeoutMs ?? 0
        if (retries === undefined || retries.attempts === 0 || timeoutMs === 0 || each === 0) return []
        const tries = retries.attempts + 1
        const begun = Math.ceil(timeoutMs / each)
        if (begun >= tries) return []
        const within = `Rule ${ruleLabel(rule)} has a timeout of ${timeoutMs / 1000}s, and one attempt alone may take ${each / 1000}s`
        const never = timeoutMs <= each
        const message = never ? `${within}.` : `${within}: ${begun} of the ${tries} attempts begin before it ends.`
        return [
          {
            object,
            path: `${path}.timeout`,
            message,
            ...definedFields({severity: never ? undefined : ('info' as const)}),
          },
        ]
      }),
    ),
}
