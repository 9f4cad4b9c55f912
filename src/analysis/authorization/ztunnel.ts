import {type Authorization, type AuthorizationRule, isHttpOnly} from '../../model/authorization.js'
import {byText} from '../../model/order.js'
import {matchesLabels, requirementsOf} from '../../model/selector.js'
import type {PolicySubject} from './applying.js'
import type {AskedRequest} from './asked.js'
import {type AuthorizationDecision, type DecisionSetting, decideByObjects} from './decide.js'

/** A rule without what ztunnel cannot see; undefined where nothing of it is left, or an ALLOW would become wider. */
function seenByZtunnel(policy: Authorization, rule: AuthorizationRule): AuthorizationRule | undefined {
  const keys = [...rule.from, ...rule.to].flatMap(each => Object.keys(each))
  const http = [...keys, ...rule.when.map(each => each.key)].filter(isHttpOnly)
  if (http.length === 0) return rule
  if (policy.action === 'ALLOW') return undefined
  const left = <T extends Readonly<Record<string, unknown>>>(entries: readonly T[]): readonly T[] =>
    entries
      .map(each => Object.fromEntries(Object.entries(each).filter(([key]) => !isHttpOnly(key))) as T)
      .filter(each => Object.keys(each).length > 0)
  const from = left(rule.from)
  const to = left(rule.to)
  const when = rule.when.filter(each => !isHttpOnly(each.key))
  return from.length + to.length + when.length === 0 ? undefined : {from, to, when}
}

/** The policies ztunnel enforces for an ambient pod: ALLOW and DENY with a selector or none, of the pod's namespace and the root one. */
function policiesAtZtunnel(
  {namespace, labels}: PolicySubject,
  all: readonly Authorization[],
  rootNamespace: string,
): readonly Authorization[] {
  return all
    .filter(
      ({object, targets, selector, action, dryRun}) =>
        [namespace, rootNamespace].includes(object.namespace) &&
        targets.length === 0 &&
        !dryRun &&
        (action === 'ALLOW' || action === 'DENY') &&
        (selector === undefined || matchesLabels(requirementsOf(selector), labels)),
    )
    .map(policy => ({
      ...policy,
      rules: policy.rules.map(rule => seenByZtunnel(policy, rule)).filter(each => each !== undefined),
    }))
    .sort((a, b) => byText(a.createdAt, b.createdAt))
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
