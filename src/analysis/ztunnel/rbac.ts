import type {
  ZtunnelMatch,
  ZtunnelPolicy,
  ZtunnelRule,
  ZtunnelStringMatch,
  ZtunnelWorkload,
} from '../../model/istio/ztunnel.js'
import {inRange, parseIp, parseIpRange} from '../../model/kernel/ip-address.js'

/** A connection as ztunnel judges it on the server's side. */
export interface JudgedConnection {
  /** `cluster.local/ns/NAMESPACE/sa/ACCOUNT`; undefined for plaintext. */
  readonly principal: string | undefined
  readonly sourceIp: string
  readonly destinationIp: string
  readonly destinationPort: number
}

/** What ztunnel decides, in the terms of its log, and by which policy. */
export interface ZtunnelDecision {
  readonly allowed: boolean
  /** The policy that matched; undefined where none did. */
  readonly by?: Pick<ZtunnelPolicy, 'namespace' | 'name' | 'action'>
}

function holds(match: ZtunnelStringMatch, value: string | undefined): boolean {
  if (value === undefined || value === '') return false
  switch (match.kind) {
    case 'exact':
      return value === match.value
    case 'prefix':
      return value.startsWith(match.value)
    case 'suffix':
      return value.endsWith(match.value)
    case 'presence':
      return true
  }
}

function isIn(text: string, ip: string): boolean {
  const [range, address] = [parseIpRange(text), parseIp(ip)]
  return range !== undefined && address !== undefined && inRange(address, range)
}

/** True where some value fits, or none is asked for; and no excluded one fits. */
function fits<T>(values: readonly T[], notValues: readonly T[], fit: (value: T) => boolean): boolean {
  return (values.length === 0 || values.some(fit)) && !notValues.some(fit)
}

function isEmpty(match: ZtunnelMatch): boolean {
  return Object.values(match).every(each => each.length === 0)
}

/** Whether a match holds; an empty one never does (ztunnel, src/rbac.rs). */
export function matchHolds(match: ZtunnelMatch, connection: JudgedConnection): boolean {
  if (isEmpty(match)) return false
  const {principal, sourceIp, destinationIp, destinationPort} = connection
  const [, namespace, account] = /^[^/]*\/ns\/([^/]*)\/sa\/([^/]*)$/.exec(principal ?? '') ?? []
  return (
    fits(match.principals, match.notPrincipals, each => holds(each, principal)) &&
    fits(match.namespaces, match.notNamespaces, each => holds(each, namespace)) &&
    fits(
      match.serviceAccounts,
      match.notServiceAccounts,
      each => each.namespace === namespace && each.serviceAccount === account,
    ) &&
    fits(match.sourceIps, match.notSourceIps, each => isIn(each, sourceIp)) &&
    fits(match.destinationIps, match.notDestinationIps, each => isIn(each, destinationIp)) &&
    fits(match.destinationPorts, match.notDestinationPorts, each => each === destinationPort)
  )
}

/** Whether a rule matches: of every clause some match holds; a rule without clauses always matches. */
export function ruleMatches(rule: ZtunnelRule, connection: JudgedConnection): boolean {
  return rule.every(clause => clause.length === 0 || clause.some(match => matchHolds(match, connection)))
}

/** Whether some connection could match the rule: no clause consists of empty matches alone. */
export function canMatch(rule: ZtunnelRule): boolean {
  return rule.every(clause => clause.length === 0 || clause.some(match => !isEmpty(match)))
}

/** Whether a rule may match a connection of that identity, from and to some address and port. */
export function mayMatchIdentity(rule: ZtunnelRule, principal: string): boolean {
  const anywhere = {sourceIps: [], notSourceIps: [], destinationIps: [], notDestinationIps: []}
  const anyPort = {destinationPorts: [], notDestinationPorts: []}
  const connection = {principal, sourceIp: '', destinationIp: '', destinationPort: 0}
  return rule.every(
    clause =>
      clause.length === 0 ||
      clause.some(match => {
        const who = {...match, ...anywhere, ...anyPort}
        return !isEmpty(match) && (isEmpty(who) || matchHolds(who, connection))
      }),
  )
}

/** The policies of a dump that apply to a workload: of the mesh, of its namespace, and those whose selector names it. */
export function policiesFor(workload: ZtunnelWorkload, policies: readonly ZtunnelPolicy[]): readonly ZtunnelPolicy[] {
  return policies.filter(({scope, namespace, name}) => {
    if (scope === 'Global') return true
    if (scope === 'Namespace') return namespace === workload.namespace
    return workload.authorizationPolicies.includes(`${namespace}/${name}`)
  })
}

/** What ztunnel decides by policies that apply: DENY first, then ALLOW where there is one; dry runs are ignored. */
export function decideByPolicies(policies: readonly ZtunnelPolicy[], connection: JudgedConnection): ZtunnelDecision {
  const real = policies.filter(({dryRun}) => !dryRun)
  const matching = ({rules}: ZtunnelPolicy) => rules.some(rule => ruleMatches(rule, connection))
  const denied = real.filter(({action}) => action === 'Deny').find(matching)
  if (denied !== undefined) return {allowed: false, by: denied}
  const allowing = real.filter(({action}) => action === 'Allow')
  if (allowing.length === 0) return {allowed: true}
  const by = allowing.find(matching)
  return by === undefined ? {allowed: false} : {allowed: true, by}
}
