import {everyChain, type Ruleset} from '../../model/kernel/ruleset.js'

/** Native nftables tables of istio, by the iptables table that does the same. */
const TABLES: Readonly<Record<string, string>> = {
  'istio-proxy-nat': 'nat',
  'istio-proxy-mangle': 'mangle',
  'istio-proxy-raw': 'raw',
  'istio-ambient-nat': 'nat',
  'istio-ambient-mangle': 'mangle',
  'istio-ambient-raw': 'raw',
}

const AMBIENT_CHAINS: Readonly<Record<string, string>> = {'istio-prerouting': 'ISTIO_PRERT'}

/** The iptables table a table stands for: Istio's native nftables tables are nat, mangle and raw by another name. */
export function canonicalTable(name: string): string {
  return Object.hasOwn(TABLES, name) ? (TABLES[name] ?? name) : name
}

/** The iptables name of a chain: `istio-in-redirect` is ISTIO_IN_REDIRECT, `prerouting` of a native table is PREROUTING. */
export function canonicalChain(name: string): string {
  // Asked for every rule of large rulesets: names of other programs' chains are in capitals.
  if (!/^[a-z]/.test(name)) return name
  if (Object.hasOwn(AMBIENT_CHAINS, name)) return AMBIENT_CHAINS[name] ?? name
  return name.startsWith('istio-') || /^(prerouting|input|forward|output|postrouting)$/.test(name)
    ? name.toUpperCase().replaceAll('-', '_')
    : name
}

/** True for a table that Istio's native nftables mode makes. */
export function isIstioNativeTable(name: string): boolean {
  return Object.hasOwn(TABLES, name)
}

/** True for a chain istio makes or hooks its own into. */
export function isIstioChain(name: string): boolean {
  return /^(ISTIO_|istio-|ztunnel-)/.test(name)
}

/** True when a chain of Istio has rules. */
export function hasIstioRules(ruleset: Ruleset): boolean {
  return everyChain([ruleset]).some(({chain}) => isIstioChain(chain.name) && chain.rules.length > 0)
}

/** True for the rules of a pod in ambient mode: iptables chains or native tables of their own. */
export function isAmbientRuleset(rulesets: readonly Ruleset[]): boolean {
  return (
    rulesets.some(({tables}) => tables.some(({name}) => name.startsWith('istio-ambient'))) ||
    everyChain(rulesets).some(({chain}) => chain.name === 'ISTIO_PRERT')
  )
}
