import {own} from '../../../model/collections/own.js'
import {readRuleKey} from '../../../model/kernel/rule-key.js'
import type {Action, Chain, Rule, Ruleset} from '../../../model/kernel/ruleset.js'
import {nftRuleText} from '../rule-words/nft-text.js'
import type {ExpectedChain, ExpectedRule} from './row.js'

const BASES: Readonly<Record<string, {kind: 'nat' | 'filter' | 'route'; priority: number}>> = {
  'raw/PREROUTING': {kind: 'filter', priority: -300},
  'raw/OUTPUT': {kind: 'filter', priority: -300},
  'mangle/PREROUTING': {kind: 'filter', priority: -150},
  'mangle/OUTPUT': {kind: 'route', priority: -150},
  'nat/PREROUTING': {kind: 'nat', priority: -100},
  'nat/OUTPUT': {kind: 'nat', priority: -100},
}

function nativeName(chain: string): string {
  return chain === 'ISTIO_PRERT' ? 'istio-prerouting' : chain.toLowerCase().replaceAll('_', '-')
}

/** iptables' TPROXY sets the mark itself and ends; nft says so in three statements. */
function nativeActions(action: Action): readonly Action[] {
  if (action.kind === 'jump') return [{kind: 'jump', chain: nativeName(action.chain)}]
  if (action.kind !== 'tproxy' || action.mark === undefined) return [action]
  const [value = '0x0', mask = '0xffffffff'] = action.mark.split('/')
  return [{kind: 'tproxy', port: action.port}, {kind: 'set-mark', value, mask}, {kind: 'accept'}]
}

function nativeRule({id, key}: ExpectedRule, index: number): Rule {
  const {conditions, actions} = readRuleKey(key)
  const protocol =
    id === 'drop-invalid' && conditions.length > 0
      ? [{field: 'protocol', negated: false, values: ['tcp']} as const]
      : []
  const meaning = {conditions: [...protocol, ...conditions], actions: actions.flatMap(nativeActions)}
  return {position: index + 1, ...meaning, comment: id, text: nftRuleText(meaning), line: 0}
}

/**
 * With both families and TPROXY, Istio counts insert positions over both, so the exemption of 127.0.0.6 ends up after that of traffic
 * inside the pod; nothing changes by it (measured on 1.31).
 */
export function inNativeOrder({table, chain, rules}: ExpectedChain): ExpectedChain {
  const passes = rules.filter(rule => rule.id === 'tproxy-passthrough')
  const inside = rules.findIndex(rule => rule.id === 'tproxy-lo')
  const [v4] = passes
  if (table !== 'mangle' || chain !== 'ISTIO_INBOUND' || passes.length < 2 || v4 === undefined || inside < 0)
    return {table, chain, rules}
  const before = rules.slice(0, inside + 1).filter(rule => rule !== v4)
  return {table, chain, rules: [...before, v4, ...rules.slice(inside + 1)]}
}

/** The native nftables form of a sidecar's rules (1.27 on): tables inet istio-proxy-*, of which only what got a rule exists. */
export function nativeRuleset(chains: readonly ExpectedChain[], kind: 'proxy' | 'ambient' = 'proxy'): Ruleset {
  const chainOf = ({table, chain, rules}: ExpectedChain): Chain => {
    const base = own(BASES, `${table}/${chain}`)
    const hook = chain === 'PREROUTING' ? 'prerouting' : 'output'
    return {
      name: nativeName(chain),
      ...(base === undefined ? {} : {hook, ...base, policy: 'accept'}),
      complete: true,
      rules: rules.map(nativeRule),
    }
  }
  const names = [...new Set(chains.map(({table}) => table))]
  const tables = names.map(name => ({
    name: `istio-${kind}-${name}`,
    family: 'inet' as const,
    chains: chains.filter(({table}) => table === name).map(chainOf),
  }))
  return {family: 'inet', backend: 'native', form: 'computed', tables, losses: []}
}

/** Ambient's native form: the lists of both families merged rule by rule, IPv4 spelling first. */
export function ambientNative(v4: readonly ExpectedChain[], v6: readonly ExpectedChain[]): Ruleset {
  const chains = v4.map(({table, chain, rules}) => {
    const other = v6.find(each => each.table === table && each.chain === chain)?.rules ?? []
    const both = rules.flatMap((rule, index) => {
      const twin = other[index]
      return twin === undefined || twin.key === rule.key ? [rule] : [rule, twin]
    })
    return {table, chain, rules: both}
  })
  return nativeRuleset(chains, 'ambient')
}
