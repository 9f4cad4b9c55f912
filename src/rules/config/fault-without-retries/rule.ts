import {ruleLabel} from '../../../analysis/istio-config/route-order.js'
import {hasFault} from '../../../formats/istio-config/route-fields.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2131',
  slug: 'fault-without-retries',
  aliases: [],
  severity: 'warning',
  title: 'Retries and timeout do not apply to faults',
  why: 'The proxy that injects the fault does so before its router, so its own timeout and retries never see it.',
  fix: 'Inject the fault on the way to the next service, or test with an EnvoyFilter on the server.',
  references: [
    'https://istio.io/latest/docs/ops/common-problems/network-issues/#virtual-service-with-fault-injection-and-retrytimeout-policies-not-working-as-expected',
  ],
  kinds: ['VirtualService'],
  check: set =>
    set.virtualServices().flatMap(({object, rules}) =>
      rules.flatMap(rule => {
        const also = [
          ...(rule.retries === undefined || rule.retries.attempts === 0 ? [] : ['retries']),
          ...(rule.timeoutMs === undefined ? [] : ['timeout']),
        ]
        if (also.length === 0 || !hasFault(object, rule)) return []
        const message = `Rule ${ruleLabel(rule)} has a fault together with ${also.join(' and ')}, which do not apply to the fault.`
        return [{object, path: `${rule.path}.fault`, message}]
      }),
    ),
}
