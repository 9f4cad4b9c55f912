import {
  type Authorization,
  type AuthorizationRule,
  isHttpOnly,
  ruleKey,
  type ValuePair,
} from '../../model/istio/authorization.js'
import type {AskedRequest} from './asked.js'
import {anyValueFits, type FieldContext, isKnownKey} from './fields.js'
import {allTrue, anyTrue, negated, type Truth} from './truth.js'

/** One thing a rule asks for, and whether the request has it. */
export interface RuleCheck {
  readonly key: string
  /** The values must not fit. */
  readonly not: boolean
  readonly values: readonly string[]
  readonly holds: Truth
}

/** One source or operation of a rule: every check must hold. */
export interface RuleEntry {
  readonly checks: readonly RuleCheck[]
  readonly holds: Truth
}

/** A rule compared with a request. */
export interface RuleVerdict {
  readonly policy: Authorization
  readonly index: number
  readonly key: string
  readonly from: readonly RuleEntry[]
  readonly to: readonly RuleEntry[]
  readonly when: readonly RuleCheck[]
  readonly matches: Truth
  /** Why the rule does not count at all for this connection. */
  readonly dropped: string | undefined
  /** HTTP fields that do not count on a connection whose proxy does not read HTTP: the rule is wider than it looks. */
  readonly ignored: readonly string[]
}

type Keyed = readonly (readonly [string, ValuePair])[]

function keysOf(rule: AuthorizationRule): readonly string[] {
  const fields = [...rule.from, ...rule.to].flatMap(each => Object.keys(each))
  return [...fields, ...rule.when.filter(each => each.values.length + each.notValues.length > 0).map(each => each.key)]
}

function checksOf(pairs: Keyed, asked: AskedRequest, context: FieldContext): readonly RuleCheck[] {
  return pairs
    .filter(([key]) => !(asked.tcp && isHttpOnly(key)))
    .flatMap(([key, {values, notValues}]) => {
      const check = (some: readonly string[], not: boolean): readonly RuleCheck[] => {
        if (some.length === 0) return []
        const fits = anyValueFits(key, some, asked, context)
        return [{key, not, values: some, holds: not ? negated(fits) : fits}]
      }
      return [...check(values, false), ...check(notValues, true)]
    })
}

function entriesOf(
  entries: readonly Readonly<Record<string, ValuePair | undefined>>[],
  asked: AskedRequest,
  context: FieldContext,
): readonly RuleEntry[] {
  return entries.map(entry => {
    const pairs = Object.entries(entry).flatMap(([key, pair]) => (pair === undefined ? [] : [[key, pair] as const]))
    const checks = checksOf(pairs, asked, context)
    return {checks, holds: allTrue(checks.map(each => each.holds))}
  })
}

/**
 * Whether a rule fits a request by Istio's semantics. On a connection that is not read as HTTP an ALLOW rule with HTTP fields
 * fits nothing, and any other action loses those fields (istio.io, "Authorization Policy", measured on TCP ports).
 */
export function ruleVerdict(
  policy: Authorization,
  rule: AuthorizationRule,
  index: number,
  asked: AskedRequest,
  {twins, domains}: Pick<FieldContext, 'twins' | 'domains'>,
): RuleVerdict {
  const context = {policyNamespace: policy.object.namespace, twins, domains}
  const keys = keysOf(rule)
  const unknown = rule.when.find(({key}) => !isKnownKey(key))
  const http = asked.tcp ? [...new Set(keys.filter(isHttpOnly))] : []
  const dropped =
    unknown !== undefined
      ? `istiod does not know the condition ${unknown.key}, and leaves the rule out`
      : policy.action === 'ALLOW' && http.length > 0
        ? `${http.join(', ')} need HTTP, and the proxy does not read this port as HTTP`
        : undefined
  const from = entriesOf(rule.from, asked, context)
  const to = entriesOf(rule.to, asked, context)
  const when = checksOf(
    rule.when.map(each => [each.key, each] as const),
    asked,
    context,
  )
  const any = (entries: readonly RuleEntry[]) =>
    entries.length === 0 ? true : anyTrue(entries.map(each => each.holds))
  const matches = dropped === undefined ? allTrue([any(from), any(to), allTrue(when.map(each => each.holds))]) : false
  const ignored = dropped === undefined && policy.action !== 'ALLOW' ? http : []
  return {policy, index, key: ruleKey(policy, index), from, to, when, matches, dropped, ignored}
}
