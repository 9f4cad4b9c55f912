import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import type {Chain, NetfilterTable, Ruleset, TableFamily} from '../../../model/kernel/ruleset.js'
import {type Compared, comparison} from './effects.js'

/** A chain of the kernel's own whose policy drops what no rule matches, and what changes for traffic because of it. */
export interface PolicyEffect {
  readonly family: TableFamily
  readonly place: string
  readonly compared: Compared
}

function opened(rulesets: readonly Ruleset[], table: NetfilterTable, chain: Chain): readonly Ruleset[] {
  const open: Chain = {...chain, policy: 'accept'}
  const swap = (each: NetfilterTable): NetfilterTable =>
    each === table ? {...each, chains: each.chains.map(own => (own === chain ? open : own))} : each
  return rulesets.map(set => (set.tables.includes(table) ? {...set, tables: set.tables.map(swap)} : set))
}

/**
 * The policies DROP that change the path of some packet. Istio makes no chain with such a policy, so each was set by another program; each is tried alone,
 * against the same rules with that one policy ACCEPT.
 */
export function policyEffects(
  actual: readonly Ruleset[],
  machine: NetworkNamespace,
  bound?: number,
): readonly PolicyEffect[] {
  return actual.flatMap(set =>
    set.tables.flatMap(table =>
      table.chains
        .filter(({hook, policy}) => hook !== undefined && policy === 'drop')
        .map((chain): PolicyEffect => {
          const {changes} = comparison(actual, machine, table.family, bound)
          return {
            family: table.family,
            place: `${table.name}/${chain.name}`,
            compared: changes(opened(actual, table, chain), actual),
          }
        })
        .filter(({compared: {changes, gaveUp}}) => changes.length > 0 || gaveUp !== undefined),
    ),
  )
}
