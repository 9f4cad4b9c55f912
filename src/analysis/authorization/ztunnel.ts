import {type Authorization, type AuthorizationRule, reachesZtunnel} from '../../model/istio/authorization.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {byText} from '../../model/text/order.js'
import type {PolicySubject} from './applying.js'
import type {AskedRequest} from './asked.js'
import {type AuthorizationDecision, type DecisionSetting, decideByObjects} from './decide.js'

/** Entries without the fields ztunnel does not get: one that loses all of them is an empty match, which never holds. */
function leftOf<T extends Readonly<Record<string, unknown>>>(entries: readonly T[]): readonly T[] {
  return entries
    .map(each => Object.fromEntries(Object.entries(each).filter(([key]) => reachesZtunnel(key))) as T)
    .filter(each => Object.keys(each).length > 0)
}

/**
 * A rule as ztunnel has it; undefined where it never matches: an ALLOW with such fields is left out, of a DENY a source, operation or
 * condition that consists of nothing else is an empty match.
 */
function seenByZtunnel(policy: Authorization, rule: AuthorizationRule): AuthorizationRule | undefined {
  const keys = [...rule.from, ...rule.to].flatMap(each => Object.keys(each))
  const when = rule.when.map(each => each.key)
  if ([...keys, ...when].every(reachesZtunnel)) return rule
  if (policy.action === 'ALLOW' || !when.every(reachesZtunnel)) return undefined
  const from = leftOf(rule.from)
  const to = leftOf(rule.to)
  const lost = (before: readonly unknown[], after: readonly unknown[]) => before.length > 0 && after.length === 0
  return lost(rule.from, from) || lost(rule.to, to) ? undefined : {from, to, when: rule.when}
}

/** A rule that ztunnel never matches, because it has fields that ztunnel does not get. */
export interface RuleWithoutEffect {
  readonly policy: Authorization
  readonly index: number
  readonly fields: readonly string[]
}

/** The rules of an ambient pod's policies that never match at ztunnel. */
export function rulesWithoutEffect(
  subject: PolicySubject,
  all: readonly Authorization[],
  rootNamespace: string,
): readonly RuleWithoutEffect[] {
  return enforcedAtZtunnel(subject, all, rootNamespace).flatMap(policy =>
    policy.rules.flatMap((rule, index): readonly RuleWithoutEffect[] => {
      if (seenByZtunnel(policy, rule) !== undefined) return []
      const keys = [...[...rule.from, ...rule.to].flatMap(Object.keys), ...rule.when.map(each => each.key)]
      return [{policy, index, fields: [...new Set(keys.filter(each => !reachesZtunnel(each)))]}]
    }),
  )
}

/** The policies ztunnel enforces for an ambient pod: ALLOW and DENY with a selector or none, of the pod's namespace and the root one. */
function enforcedAtZtunnel(
  {namespace, labels}: PolicySubject,
  all: readonly Authorization[],
  rootNamespace: string,
): readonly Authorization[] {
  return all
    .filter(
      ({object, targets, selector, emptySelector, action, dryRun}) =>
        [namespace, rootNamespace].includes(object.namespace) &&
        targets.length === 0 &&
        emptySelector !== true &&
        !dryRun &&
        (action === 'ALLOW' || action === 'DENY') &&
        (selector === undefined || matchesLabels(requirementsOf(selector), labels)),
    )
    .sort((a, b) => byText(a.createdAt, b.createdAt))
}

function policiesAtZtunnel(
  subject: PolicySubject,
  all: readonly Authorization[],
  rootNamespace: string,
): readonly Authorization[] {
  return enforcedAtZtunnel(subject, all, rootNamespace).map(policy => ({
    ...policy,
    rules: policy.rules.map(rule => seenByZtunnel(policy, rule)).filter(each => each !== undefined),
  }))
}

/** What ztunnel says about a connection to an ambient pod (istio.io, "Layer 4 security policy", and recordings). */
export function decideAtZtunnel(
  subject: PolicySubject,
  all: readonly Authorization[],
  rootNamespace: string,
  asked: AskedRequest,
  setting: DecisionSetting,
): AuthorizationDecision {
  return decideByObjects(policiesAtZtunnel(subject, all, rootNamespace), {...asked, tcp: true}, setting)
}
