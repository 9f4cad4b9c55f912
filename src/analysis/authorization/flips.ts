import {own} from '../../model/collections/own.js'
import type {AuthorizationDecision} from './decide.js'
import type {RuleCheck, RuleVerdict} from './rule.js'

/** One change that would turn the verdict around. */
export interface Flip {
  /** The rule it concerns, `NAMESPACE/NAME rule N`. */
  readonly rule: string
  readonly change: string
}

const WORDS: Readonly<Record<string, string>> = {
  principals: "the client's identity",
  namespaces: "the client's namespace",
  serviceAccounts: "the client's service account",
  trustDomains: "the client's trust domain",
  ipBlocks: 'the address of the client',
  remoteIpBlocks: 'the original address of the client',
  requestPrincipals: 'the token',
  hosts: 'the host',
  methods: 'the method',
  paths: 'the path',
  ports: 'the port',
}

function wordsOf({key, not, values}: RuleCheck, fit: boolean): string {
  const what = own(WORDS, key) ?? key
  const wants = fit !== not
  return `${what} ${wants ? 'were' : 'were not'} ${values.join(' or ')}`
}

function ruleName({policy, index}: RuleVerdict): string {
  return `${policy.object.namespace}/${policy.object.name} rule ${index}`
}

/** The checks of a rule that fail, for each way it could fit; a way with one failing check is one change away. */
function lacking(rule: RuleVerdict): readonly (readonly RuleCheck[])[] {
  const failing = (checks: readonly RuleCheck[]) => checks.filter(each => each.holds !== true)
  const sources = rule.from.length === 0 ? [[]] : rule.from.map(each => failing(each.checks))
  const operations = rule.to.length === 0 ? [[]] : rule.to.map(each => failing(each.checks))
  const when = failing(rule.when)
  return sources.flatMap(source => operations.map(operation => [...source, ...operation, ...when]))
}

/** What of a rule that fits can be changed so that it does not: any of its checks, where it has one way to fit. */
function breaking(rule: RuleVerdict): readonly RuleCheck[] {
  const fitting = (entries: RuleVerdict['from']) => entries.filter(each => each.holds === true)
  const [source, ...moreSources] = fitting(rule.from)
  const [operation, ...moreOperations] = fitting(rule.to)
  return [
    ...(moreSources.length === 0 ? (source?.checks ?? []) : []),
    ...(moreOperations.length === 0 ? (operation?.checks ?? []) : []),
    ...rule.when,
  ]
}

/** Single changes of the request, or of the policy, that would turn the verdict around; the closest first. */
export function flipsOf({verdict, by, rules}: AuthorizationDecision): readonly Flip[] {
  if (verdict === 'denied' && by !== undefined) {
    const rule = ruleName(by)
    const request = breaking(by).map(each => ({rule, change: `if ${wordsOf(each, false)}`}))
    return [...request, {rule, change: 'if the policy were deleted'}]
  }
  if (verdict === 'denied') {
    const ways = rules
      .filter(each => each.policy.action === 'ALLOW' && !each.policy.dryRun && each.dropped === undefined)
      .flatMap(rule => lacking(rule).map(checks => ({rule, checks})))
      .filter(each => each.checks.length === 1)
    return ways.flatMap(({rule, checks}) =>
      checks.map(each => ({rule: ruleName(rule), change: `if ${wordsOf(each, true)}`})),
    )
  }
  if (verdict === 'allowed' && by !== undefined)
    return breaking(by).map(each => ({rule: ruleName(by), change: `denied if ${wordsOf(each, false)}`}))
  return []
}
