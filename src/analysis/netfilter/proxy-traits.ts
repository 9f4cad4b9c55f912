import {definedFields} from '../../model/collections/defined-fields.js'
import type {Packet} from '../../model/kernel/packet.js'
import {type Chain, everyChain, everyRule, type Ruleset} from '../../model/kernel/ruleset.js'
import {canonicalChain, isAmbientRuleset} from './istio-names.js'

/** How rules identify the proxy: the user and group it runs as, and the port they redirect outbound traffic to. */
export interface ProxyTraits {
  readonly uid: number
  readonly gid: number
  readonly outboundPort: number
  /** The rules lead to ztunnel. */
  readonly ztunnel?: true
}

/** What sidecars run as, user and group, unless istio-init is configured otherwise (`-u` and `-g` of istio-iptables; OpenShift assigns others). */
export const USUAL_PROXY = 1337
const USUAL_OUTBOUND = 15_001
/** ztunnel is not a user of the pod: its packets carry this mark. */
export const ZTUNNEL_MARK = 0x539

/** The uids or gids that rules of a chain treat as the proxy's: those whose calls to the pod's own address are handed to the inbound port. */
export function ownersIn(chain: Chain, field: 'uid' | 'gid'): readonly string[] {
  return chain.rules
    .filter(rule =>
      rule.actions.some(action => action.kind === 'jump' && canonicalChain(action.chain) === 'ISTIO_IN_REDIRECT'),
    )
    .flatMap(rule => rule.conditions)
    .filter(condition => condition.field === field && !condition.negated)
    .flatMap(({values}) => values)
}

function named(rulesets: readonly Ruleset[], field: 'uid' | 'gid'): number | undefined {
  const ids = everyChain(rulesets)
    .flatMap(({chain}) => ownersIn(chain, field))
    .map(Number)
  const known = ids.filter(id => Number.isInteger(id))
  return known.includes(USUAL_PROXY) ? USUAL_PROXY : known[0]
}

function outboundPort(rulesets: readonly Ruleset[]): number | undefined {
  const redirects = everyRule(rulesets)
    .filter(({chain}) => canonicalChain(chain.name) === 'ISTIO_REDIRECT')
    .flatMap(({rule}) => rule.actions)
    .map(action => (action.kind === 'redirect' ? Number(action.ports) : Number.NaN))
  return redirects.find(port => Number.isInteger(port))
}

/** The uid and gid that the rules treat as the sidecar's: 1337 where they name it or none. */
export function proxyTraitsOf(rulesets: readonly Ruleset[]): ProxyTraits {
  return {
    uid: named(rulesets, 'uid') ?? USUAL_PROXY,
    gid: named(rulesets, 'gid') ?? USUAL_PROXY,
    outboundPort: outboundPort(rulesets) ?? USUAL_OUTBOUND,
    ...definedFields({ztunnel: isAmbientRuleset(rulesets) ? true : undefined}),
  }
}

/** True when the proxy itself sent the packet: by its user, its group, or ztunnel's mark. */
export function sentByProxy({uid, gid, mark}: Pick<Packet, 'uid' | 'gid' | 'mark'>, proxy: ProxyTraits): boolean {
  return uid === proxy.uid || gid === proxy.gid || mark === ZTUNNEL_MARK
}
