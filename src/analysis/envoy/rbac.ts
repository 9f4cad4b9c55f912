import type {Extension} from '../../model/envoy/core.js'
import {
  DnsSanInput,
  type MatcherTree,
  QueryInput,
  RequestHeaderInput,
  SubjectInput,
  UriSanInput,
} from '../../model/envoy/matching.js'
import {type Permission, type Policy, type Principal, RbacAction, type Rules} from '../../model/envoy/rbac.js'
import {isStruct, type Json, unpack} from '../../model/envoy/schema.js'
import {type AttributeSubject, attributesOf} from './cel-attributes.js'
import type {DownstreamConnection} from './connection.js'
import {connectionInput} from './listener/chain-matcher.js'
import {evaluateCel} from './matching/cel.js'
import {cidrHolds} from './matching/cidr.js'
import {filterStateMatches} from './matching/filter-state.js'
import {headerMatches, headerValue, headerValues} from './matching/headers.js'
import {templateMatches} from './matching/path-template.js'
import {decodedQuery, pathOnly} from './matching/query.js'
import {stringMatches} from './matching/strings.js'
import {matchTree} from './matching/tree.js'
import {metadataMatches} from './matching/values.js'
import {allOf, anyOf, known, undecided} from './undecided.js'

// RBAC: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto

/** The input of RBAC; `headers` is empty for network filters. */
export interface RbacSubject extends AttributeSubject {
  /** The client after X-Forwarded-For. */
  readonly remoteIp: string
}

function pathOf(subject: RbacSubject): string | undefined {
  const target = headerValue(subject.headers, ':path')
  return target === undefined ? undefined : pathOnly(target)
}

function permits(permission: Permission, subject: RbacSubject): boolean {
  const p = known(permission, 'an RBAC permission')
  const {local, serverName} = subject.connection
  if (p.andRules !== undefined) return allOf(p.andRules.rules, each => permits(each, subject))
  if (p.orRules !== undefined) return anyOf(p.orRules.rules, each => permits(each, subject))
  if (p.notRule !== undefined) return !permits(p.notRule, subject)
  if (p.any !== undefined) return p.any
  if (p.header !== undefined) return headerMatches(p.header, subject.headers)
  if (p.destinationIp !== undefined) return cidrHolds(p.destinationIp, local.ip)
  if (p.destinationPort !== undefined) return local.port === p.destinationPort
  if (p.destinationPortRange !== undefined)
    return local.port >= (p.destinationPortRange.start ?? 0) && local.port < (p.destinationPortRange.end ?? 0)
  if (p.metadata !== undefined) return metadataMatches(p.metadata, subject.metadata)
  if (p.requestedServerName !== undefined) return stringMatches(p.requestedServerName, serverName)
  const path = pathOf(subject)
  if (p.urlPath !== undefined) return path !== undefined && stringMatches(p.urlPath.path, path)
  if (p.uriTemplate !== undefined) return path !== undefined && templateMatches(p.uriTemplate, path)
  return undecided('an RBAC permission of an unknown kind', p.at)
}

function authenticates(principal: NonNullable<Principal['authenticated']>, connection: DownstreamConnection): boolean {
  const {principalName} = known(principal, 'an authenticated principal')
  if (connection.tls === undefined) return false
  if (principalName === undefined) return true
  const certificate = connection.tls.certificate
  const names = [...(certificate?.uriSans ?? []), ...(certificate?.dnsSans ?? []), certificate?.subject ?? '']
  return anyOf(names, name => stringMatches(principalName, name))
}

function identifies(principal: Principal, subject: RbacSubject): boolean {
  const p = known(principal, 'an RBAC principal')
  const {connection} = subject
  if (p.andIds !== undefined) return allOf(p.andIds.ids, each => identifies(each, subject))
  if (p.orIds !== undefined) return anyOf(p.orIds.ids, each => identifies(each, subject))
  if (p.notId !== undefined) return !identifies(p.notId, subject)
  if (p.any !== undefined) return p.any
  if (p.authenticated !== undefined) return authenticates(p.authenticated, connection)
  if (p.sourceIp !== undefined) return cidrHolds(p.sourceIp, connection.remote.ip)
  if (p.directRemoteIp !== undefined) return cidrHolds(p.directRemoteIp, connection.directRemote.ip)
  if (p.remoteIp !== undefined) return cidrHolds(p.remoteIp, subject.remoteIp)
  if (p.header !== undefined) return headerMatches(p.header, subject.headers)
  if (p.metadata !== undefined) return metadataMatches(p.metadata, subject.metadata)
  if (p.filterState !== undefined) return filterStateMatches(p.filterState, subject.filterState)
  const path = pathOf(subject)
  if (p.urlPath !== undefined) return path !== undefined && stringMatches(p.urlPath.path, path)
  return undecided('an RBAC principal of an unknown kind', p.at)
}

/** Whether the condition of a policy holds; one that fails to be evaluated does not. */
function conditionHolds({condition, checkedCondition, at}: Policy, subject: RbacSubject): boolean {
  const checked = isStruct(checkedCondition) ? checkedCondition.expr : undefined
  const expression = condition ?? checked
  if (expression === undefined) return true
  if (!isStruct(expression)) return undecided('a condition of an RBAC policy that is not an expression', at)
  return evaluateCel(expression, attributesOf(subject)) === true
}

function policyMatches(policy: Policy, subject: RbacSubject): boolean {
  const {permissions, principals} = known(policy, 'an RBAC policy')
  return allOf(
    [
      () => anyOf(permissions, each => permits(each, subject)),
      () => anyOf(principals, each => identifies(each, subject)),
      () => conditionHolds(policy, subject),
    ],
    part => part(),
  )
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** The decision of an RBAC engine, and the policy that matched. */
export interface RbacVerdict {
  readonly allowed: boolean
  readonly policy: string | undefined
  readonly at: string
}

function byRules(rules: Rules, subject: RbacSubject): RbacVerdict {
  const {action = 'ALLOW', policies} = known(rules, 'RBAC rules')
  const names = [...policies.keys()].sort(byBytes)
  const policy = names.find(name => {
    const found = policies.get(name)
    return found !== undefined && policyMatches(found, subject)
  })
  const matched = policy !== undefined
  const at = (policy === undefined ? undefined : policies.get(policy)?.at) ?? rules.at
  const allowed = action === 'LOG' || (action === 'DENY' ? !matched : matched)
  return {allowed, policy, at}
}

/** The value of a matcher input over a request or a connection. */
export function requestInput(input: Extension, subject: RbacSubject): string | undefined {
  const config = input.typedConfig
  const header = unpack(config, RequestHeaderInput)
  if (header !== undefined) {
    const values = headerValues(subject.headers, known(header, 'an input').headerName ?? '')
    return values.length === 0 ? undefined : values.join(',')
  }
  const query = unpack(config, QueryInput)
  if (query !== undefined) {
    const {queryParam = ''} = known(query, 'an input')
    return decodedQuery(headerValue(subject.headers, ':path') ?? '').find(([name]) => name === queryParam)?.[1]
  }
  const certificate = subject.connection.tls?.certificate
  const joined = (names: readonly string[] | undefined) =>
    names === undefined || names.length === 0 ? undefined : names.join(',')
  if (unpack(config, UriSanInput) !== undefined) return joined(certificate?.uriSans)
  if (unpack(config, DnsSanInput) !== undefined) return joined(certificate?.dnsSans)
  if (unpack(config, SubjectInput) !== undefined) return certificate?.subject || undefined
  const value = connectionInput(input, subject.connection)
  return value === false ? undecided(`matcher input ${input.name ?? config?.type ?? ''}`, input.at) : value
}

function byMatcher(matcher: MatcherTree, subject: RbacSubject): RbacVerdict {
  const action = matchTree(matcher, input => requestInput(input, subject))
  if (action === undefined) return {allowed: false, policy: undefined, at: matcher.at}
  const config = unpack(action.typedConfig, RbacAction)
  if (config === undefined) undecided(`action ${action.name ?? ''} of an RBAC matcher`, action.at)
  const {name, action: does = 'ALLOW'} = known(config, 'an RBAC action')
  return {allowed: does !== 'DENY', policy: name, at: action.at}
}

/** The decision of rules or a matcher; undefined when there are neither and every request is allowed. */
export function rbacVerdict(
  engine: {readonly rules: Rules | undefined; readonly matcher: MatcherTree | undefined},
  subject: RbacSubject,
): RbacVerdict | undefined {
  if (engine.matcher !== undefined) return byMatcher(engine.matcher, subject)
  return engine.rules === undefined ? undefined : byRules(engine.rules, subject)
}

/** The text Envoy gives for a denial; blanks in a policy's name become underscores. */
export function rbacDetails(verdict: RbacVerdict): string {
  return `rbac_access_denied_matched_policy[${(verdict.policy ?? 'none').replace(/\s/g, '_')}]`
}

/** The dynamic metadata a filter sets for later filters. */
export function rbacMetadata(prefix: string, verdict: RbacVerdict | undefined): {readonly [key: string]: Json} {
  if (verdict === undefined) return {}
  const id = verdict.policy === undefined ? {} : {[`${prefix}effective_policy_id`]: verdict.policy}
  return {...id, [`${prefix}engine_result`]: verdict.allowed ? 'allowed' : 'denied'}
}
