import {own} from '../../model/collections/own.js'
import {
  type Authorization,
  type AuthorizationCondition,
  type AuthorizationRule,
  isHttpOnly,
  OPERATION_FIELDS,
  SOURCE_FIELDS,
  type ValuePair,
} from '../../model/istio/authorization.js'
import {type FieldRow, headerCondition, PERMISSION_ROWS, PRINCIPAL_ROWS} from './fields.js'
import type {PolicyPlace} from './place.js'
import type {Message} from './strings.js'
import {everyTrustDomain, inEveryTrustDomain} from './trust-domains.js'

/** Thrown where a rule says something a place cannot hold, so that istiod drops the rule. */
class RuleDropped extends Error {}

/** The words one side of a rule is built of. */
interface Side {
  readonly rows: Readonly<Record<string, FieldRow>>
  readonly and: (all: readonly Message[]) => Message
  readonly or: (any: readonly Message[]) => Message
  readonly not: (one: Message) => Message
}

const PERMISSIONS: Side = {
  rows: PERMISSION_ROWS,
  and: rules => ({andRules: {rules}}),
  or: rules => ({orRules: {rules}}),
  not: notRule => ({notRule}),
}
const PRINCIPALS: Side = {
  rows: PRINCIPAL_ROWS,
  and: ids => ({andIds: {ids}}),
  or: ids => ({orIds: {ids}}),
  not: notId => ({notId}),
}

/** The row of a condition key: the name before its brackets. */
function rowName(key: string): string {
  if (key.startsWith('experimental.envoy.filters.')) return 'experimental.envoy.filters'
  return key.replace(/\[.*$/, '')
}

/** What a value of a field stands for in a mesh with aliases of its trust domain. */
const ALIASES: Readonly<Record<string, (value: string, trustDomains: readonly string[]) => readonly string[]>> = {
  principals: inEveryTrustDomain,
  'source.principal': inEveryTrustDomain,
  trustDomains: everyTrustDomain,
  'source.trustDomain': everyTrustDomain,
}

function valuesIn(key: string, values: readonly string[], {trustDomains}: PolicyPlace): readonly string[] {
  const aliases = own(ALIASES, key)
  if (aliases === undefined) return values
  const all = values.flatMap(each => aliases(each, trustDomains))
  return aliases === everyTrustDomain ? [...new Set(all)] : all
}

function matcherOf(side: Side, key: string, given: readonly string[], place: PolicyPlace): Message {
  const name = rowName(key)
  const row = own(side.rows, name)
  const values = valuesIn(key, given, place)
  if (row?.whole !== undefined) return row.whole(key, values)
  const each = row?.each ?? ((value: string) => headerCondition(key, value))
  return side.or(values.map(value => each(value, place)))
}

/** What istiod does with a part that a TCP filter cannot hold: an ALLOW loses its rule, any other action the part. */
function partsOf(side: Side, key: string, pair: ValuePair, place: PolicyPlace, strict: boolean): readonly Message[] {
  if (pair.values.length + pair.notValues.length === 0) return []
  if (place.tcp && isHttpOnly(key)) {
    if (strict) throw new RuleDropped(key)
    return []
  }
  return [
    ...(pair.values.length === 0 ? [] : [matcherOf(side, key, pair.values, place)]),
    ...(pair.notValues.length === 0 ? [] : [side.not(matcherOf(side, key, pair.notValues, place))]),
  ]
}

function entriesOf<F extends string>(
  side: Side,
  entries: readonly Readonly<Partial<Record<F, ValuePair>>>[],
  fields: readonly F[],
  when: readonly AuthorizationCondition[],
  place: PolicyPlace,
  strict: boolean,
): readonly Message[] {
  const conditions = when
    .filter(({key}) => Object.hasOwn(side.rows, rowName(key)))
    .flatMap(each => partsOf(side, each.key, each, place, strict))
  const lists: readonly (Readonly<Partial<Record<F, ValuePair>>> | undefined)[] =
    entries.length === 0 ? [undefined] : entries
  return lists.map(entry => {
    const own = fields.flatMap(name => {
      const pair = entry?.[name]
      return pair === undefined ? [] : partsOf(side, name, pair, place, strict)
    })
    const all = [...own, ...conditions]
    return side.and(all.length === 0 ? [{any: true}] : all)
  })
}

function known({when}: AuthorizationRule): boolean {
  return when.every(
    ({key}) => Object.hasOwn(PERMISSION_ROWS, rowName(key)) || Object.hasOwn(PRINCIPAL_ROWS, rowName(key)),
  )
}

/** A rule as an RBAC policy of Envoy; undefined where istiod leaves it out. */
export function rbacRule(policy: Authorization, rule: AuthorizationRule, place: PolicyPlace): Message | undefined {
  const strict = policy.action === 'ALLOW'
  if (!known(rule)) return undefined
  try {
    return {
      permissions: entriesOf(PERMISSIONS, rule.to, OPERATION_FIELDS, rule.when, place, strict),
      principals: entriesOf(PRINCIPALS, rule.from, SOURCE_FIELDS, rule.when, place, strict),
    }
  } catch (error) {
    if (error instanceof RuleDropped) return undefined
    throw error
  }
}

/** What a policy without rules becomes: one that matches nothing. */
export const MATCHES_NOTHING: Message = {permissions: [{notRule: {any: true}}], principals: [{notId: {any: true}}]}
