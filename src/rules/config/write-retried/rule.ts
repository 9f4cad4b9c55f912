import {ruleLabel} from '../../../analysis/istio-config/route-order.js'
import type {HttpMatchRequest} from '../../../model/istio-config/virtual-service.js'
import type {ConfigRule} from '../config-rule.js'

const WRITES = ['POST', 'PATCH']

/** Conditions under which the server may already have done the work (Envoy, x-envoy-retry-on). */
const AFTER_WORK = ['5xx', 'gateway-error', 'reset', 'retriable-4xx', 'deadline-exceeded', 'internal']

function isWrite({method}: HttpMatchRequest): boolean {
  return method?.type === 'exact' && WRITES.includes(method.text)
}

export const rule: ConfigRule = {
  code: 'MCT2130',
  slug: 'write-retried',
  aliases: [],
  severity: 'warning',
  title: 'Requests that write are sent again',
  why: 'POST and PATCH are not idempotent, and these conditions also hold after the server has done the work: it is done twice.',
  fix: 'Retry writes on connect-failure,refused-stream only, or set retries.attempts to 0 for them.',
  references: [
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on',
    'https://istio.io/latest/docs/concepts/traffic-management/#retries',
  ],
  kinds: ['VirtualService'],
  check: set =>
    set.virtualServices().flatMap(({object, rules}) =>
      rules.flatMap(rule => {
        const {retries, matches, path} = rule
        if (retries === undefined || retries.attempts === 0 || !matches.some(isWrite)) return []
        const words = retries.retryOn.split(',').map(word => word.trim())
        const risky = words.filter(word => AFTER_WORK.includes(word) || /^5\d\d$/.test(word))
        if (risky.length === 0) return []
        const methods = [...new Set(matches.filter(isWrite).map(({method}) => method?.text))].join(' and ')
        return [
          {
            object,
            path: `${path}.retries.retryOn`,
            message: `Rule ${ruleLabel(rule)} sends ${methods} again on ${risky.join(', ')}, when the server may have done the work already.`,
          },
        ]
      }),
    ),
}
