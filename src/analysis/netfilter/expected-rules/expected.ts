import {readRuleKey} from '../../../model/kernel/rule-key.js'
import {
  builtInChain,
  type Chain,
  type IpFamily,
  type NetfilterTable,
  type Rule,
  type Ruleset,
} from '../../../model/kernel/ruleset.js'
import {saveRuleText} from '../rule-words/save-text.js'
import {factsFor} from './facts.js'
import {inNativeOrder, nativeRuleset} from './native.js'
import {sidecarRows} from './releases.js'
import {type ChainRows, type ExpectedChain, type ExpectedRule, expandRow, expandRowBoth} from './row.js'
import type {CaptureSettings} from './settings.js'

const JUMP = /-> jump (\S+)$/

/** The chains of one family that get a rule or are jumped to, in the order of the table. */
export function expectedChains(
  rows: readonly ChainRows[],
  expand: (row: ChainRows['rows'][number]) => readonly ExpectedRule[],
): readonly ExpectedChain[] {
  const all = rows.map(({table, chain, rows: own}) => ({table, chain, rules: own.flatMap(expand)}))
  const targets = new Set(
    all.flatMap(({table, rules}) =>
      rules.flatMap(
        ({key}) =>
          JUMP.exec(key)
            ?.slice(1)
            .map(to => `${table}/${to}`) ?? [],
      ),
    ),
  )
  return all.filter(({table, chain, rules}) => rules.length > 0 || targets.has(`${table}/${chain}`))
}

/** The sidecar's rules for one family under a release, by chain. */
function sidecarChains(settings: CaptureSettings, minor: number, family: IpFamily): readonly ExpectedChain[] {
  const facts = factsFor(settings, minor, family)
  return expectedChains(sidecarRows(minor), row => expandRow(row, facts))
}

function asRule({id, key}: ExpectedRule, index: number, family: IpFamily): Rule {
  const meaning = readRuleKey(key)
  return {position: index + 1, ...meaning, comment: id, text: saveRuleText(meaning, family), line: 0}
}

function asChain(table: string, {chain, rules}: ExpectedChain, family: IpFamily): Chain {
  const base = builtInChain(table, chain)
  return {
    name: chain,
    ...(base === undefined ? {} : {...base, policy: 'accept' as const}),
    complete: true,
    rules: rules.map((rule, index) => asRule(rule, index, family)),
  }
}

/** Chains as a ruleset of the model; each rule's comment is the id of the row it comes from. */
export function asRuleset(chains: readonly ExpectedChain[], family: IpFamily): Ruleset {
  const names = [...new Set(chains.map(({table}) => table))]
  const tables: NetfilterTable[] = names.map(name => ({
    name,
    family,
    chains: chains.filter(({table}) => table === name).map(chain => asChain(name, chain, family)),
  }))
  return {family, backend: 'unknown', form: 'computed', tables, losses: []}
}

function rulesetsFor(settings: CaptureSettings, minor: number): readonly Ruleset[] {
  if (settings.native) {
    const v4 = factsFor(settings, minor, 'ip')
    const v6 = factsFor(settings, minor, 'ip6')
    const chains = expectedChains(sidecarRows(minor), row =>
      settings.ipv6 ? expandRowBoth(row, v4, v6) : expandRow(row, v4),
    )
    return [nativeRuleset(chains.map(inNativeOrder))]
  }
  // The script captured IPv6 from 1.1 on.
  const families: readonly IpFamily[] = settings.ipv6 && minor >= 1 ? ['ip', 'ip6'] : ['ip']
  return families.map(family => asRuleset(sidecarChains(settings, minor, family), family))
}

/** Pods of one mesh share few settings: this many rulesets are kept. */
const MOST_KEPT = 64
const kept = new Map<string, readonly Ruleset[]>()

/**
 * The rulesets Istio makes for a sidecar under a release: IPv4 always, IPv6 where it is on, or one native nftables ruleset. `minor` is the
 * minor version of Istio 1.x. Pods with equal settings get the same objects.
 */
export function expectedRulesets(settings: CaptureSettings, minor: number): readonly Ruleset[] {
  const key = JSON.stringify([minor, settings])
  const known = kept.get(key)
  if (known !== undefined) return known
  const made = rulesetsFor(settings, minor)
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(key, made)
  return made
}
