/**
 * One model for every way netfilter rules are written down: iptables (save, -S, -L, restore input), native nftables, and istio-init logs.
 * Conditions hold canonical words (hosts without a mask, marks as hex with a mask, protocols and ports by name and number), so that two spellings
 * of one rule are equal. What was not understood is kept verbatim in an `opaque` condition or action and never dropped.
 */
export type IpFamily = 'ip' | 'ip6'
export type TableFamily = IpFamily | 'inet'

/** Which rule store of the kernel holds the rules: iptables-nft, iptables-legacy, nftables without iptables, or unknown from the text. */
export type Backend = 'nft' | 'legacy' | 'native' | 'unknown'

export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'
export type ChainKind = 'filter' | 'nat' | 'route'
export type ChainPolicy = 'accept' | 'drop'

/**
 * What a condition looks at. `dynamic` is understood but cannot be decided from the rules alone (limit, set, u32, statistic ...);
 * `opaque` was not understood. Both carry their text as the only value.
 */
export type ConditionField =
  | 'family'
  | 'in-interface'
  | 'out-interface'
  | 'source'
  | 'destination'
  | 'source-type'
  | 'destination-type'
  | 'protocol'
  | 'fragment'
  | 'source-port'
  | 'destination-port'
  | 'any-port'
  | 'tcp-flags'
  | 'icmp-type'
  | 'uid'
  | 'gid'
  | 'socket-owner'
  | 'mark'
  | 'connmark'
  | 'ct-state'
  | 'ct-status'
  | 'socket'
  | 'dynamic'
  | 'opaque'

/** True of a packet when any of the values fits, or none of them when negated. Ports and ids may be ranges `a:b`; marks are `0xvalue/0xmask`. */
export interface MatchCondition {
  readonly field: ConditionField
  readonly negated: boolean
  readonly values: readonly string[]
}

/** What a rule does. Marks: new = (old and not mask) xor value. */
export type Action =
  | {readonly kind: 'accept' | 'drop' | 'return' | 'notrack' | 'queue'}
  | {readonly kind: 'reject'; readonly reply?: string}
  | {readonly kind: 'jump' | 'goto'; readonly chain: string}
  | {readonly kind: 'redirect' | 'masquerade'; readonly ports?: string}
  | {readonly kind: 'dnat' | 'snat'; readonly to: string}
  | {readonly kind: 'tproxy'; readonly port: string; readonly address?: string; readonly mark?: string}
  | {readonly kind: 'set-mark' | 'set-connmark'; readonly value: string; readonly mask: string}
  | {readonly kind: 'save-mark' | 'restore-mark'; readonly nfmask: string; readonly ctmask: string}
  | {readonly kind: 'ct-zone'; readonly zone: string}
  | {readonly kind: 'log'; readonly text: string}
  | {readonly kind: 'opaque'; readonly text: string}

/** How many packets and bytes matched; `rounded` when the text only had 12K or 3M. */
export interface Counters {
  readonly packets: number
  readonly bytes: number
  readonly rounded?: true
}

/** One rule: `position` counts from 1 in its chain as its tool does, `text` is verbatim, `line` is the line of the input. No action means a counting rule. */
export interface Rule {
  readonly position: number
  readonly conditions: readonly MatchCondition[]
  readonly actions: readonly Action[]
  readonly counters?: Counters
  readonly comment?: string
  /** One more of the rules that a single rule of nft with a map amounts to: it has the position of the one before it. */
  readonly branch?: true
  readonly text: string
  readonly line: number
}

/** A chain; `hook` is there for the kernel's entry points, `complete` is false where the text says that rules were left out. */
export interface Chain {
  readonly name: string
  readonly hook?: Hook
  readonly kind?: ChainKind
  readonly priority?: number
  readonly policy?: ChainPolicy
  readonly references?: number
  readonly counters?: Counters
  readonly complete: boolean
  readonly rules: readonly Rule[]
}

export interface NetfilterTable {
  readonly name: string
  readonly family: TableFamily
  readonly chains: readonly Chain[]
}

/** The rules of one back end and family; native nftables tables of any family stand together. `losses` says what this form of text cannot show. */
export interface Ruleset {
  readonly family: TableFamily
  readonly backend: Backend
  readonly form: RuleForm
  readonly tool?: string
  readonly tables: readonly NetfilterTable[]
  readonly losses: readonly string[]
  /** Why these rules decide about no packet of a pod: they were not applied, or are those of a node. */
  readonly undecided?: string
}

/** The kind of text rules were read from; `restore` and `trace` say what was asked for, the others what the kernel held. */
export type RuleForm =
  | 'save'
  | 'restore'
  | 'list-rules'
  | 'list'
  | 'nft-text'
  | 'nft-json'
  | 'nft-script'
  | 'trace'
  | 'computed'

/** Something odd in the text, with its line; `truncated` when the text ends before what it began. */
export interface RuleWarning {
  readonly line: number
  readonly message: string
  readonly truncated?: true
}

/** A line of the text that is not a rule: what a program said, or (`command`) one that shapes, restores or prints rules. */
export interface RulesMessage {
  readonly line: number
  readonly text: string
  readonly command?: true
  /** The level a logger gave it, in lower case. */
  readonly level?: string
}

/** All that was found in a text: rules, the parameters istio-init printed, what was said beside them, and what was odd. */
export interface RulesReading {
  readonly rulesets: readonly Ruleset[]
  readonly parameters: Readonly<Record<string, string>>
  readonly warnings: readonly RuleWarning[]
  readonly messages: readonly RulesMessage[]
  /** Rules that the text asks for although a state of the kernel accompanies them, which is what `rulesets` holds. */
  readonly requested: readonly Ruleset[]
}

const BUILT_IN: Readonly<Record<string, Hook>> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  FORWARD: 'forward',
  OUTPUT: 'output',
  POSTROUTING: 'postrouting',
}
const PRIORITY: Readonly<Record<string, number>> = {raw: -300, mangle: -150, nat: -100, filter: 0, security: 50}

/** Hook, kind and priority of a built-in chain of an iptables table (ip_tables: raw -300, mangle -150, nat -100 or 100, filter 0, security 50). */
export function builtInChain(
  table: string,
  chain: string,
): {hook: Hook; kind: ChainKind; priority: number} | undefined {
  const hook = Object.hasOwn(BUILT_IN, chain) ? BUILT_IN[chain] : undefined
  const base = Object.hasOwn(PRIORITY, table) ? PRIORITY[table] : undefined
  if (hook === undefined || base === undefined) return undefined
  if (table === 'nat') return {hook, kind: 'nat', priority: hook === 'input' || hook === 'postrouting' ? 100 : -100}
  return {hook, kind: table === 'mangle' && hook === 'output' ? 'route' : 'filter', priority: base}
}

/** The loss of a listing without -v (iptables(8): -v shows the interface names). */
export const HIDDEN_INTERFACES = 'interfaces are not shown without -v: rules limited to one interface look global'

/** The loss of a text beside which iptables said that the other back end has tables too. */
export const LEGACY_ELSEWHERE = 'iptables-legacy has tables too, and they are not in this text'

/** The loss of single rules that tell neither by their targets nor by their chains which table they are of. */
export const TABLE_ASSUMED = 'the table of these rules is not in the text: nat is assumed'

/** The loss of a listing of nft that ends inside a table: chains by which packets enter may be behind its end. */
export const LISTING_CUT = 'the text ends inside a table: chains and tables behind its end are not in it'

/** True when any rule may be limited to an interface that the text does not show. */
export function hidesInterfaces({losses}: Ruleset): boolean {
  return losses.includes(HIDDEN_INTERFACES)
}

/** What nft printed of an iptables rule by name only: `xt target REDIRECT`. */
export function hiddenByNft({conditions, actions}: Rule): string | undefined {
  const isHidden = (text: string) => /^(xt (match|target) |target not shown by nft)/.test(text)
  const condition = conditions.find(({field, values}) => field === 'opaque' && isHidden(values[0] ?? ''))
  if (condition !== undefined) return condition.values[0]
  for (const action of actions) if (action.kind === 'opaque' && isHidden(action.text)) return action.text
  return undefined
}

/** True when every condition and action of the rule was understood. */
export function isUnderstood(rule: Rule): boolean {
  return rule.conditions.every(c => c.field !== 'opaque') && rule.actions.every(a => a.kind !== 'opaque')
}

/** A chain with where it is. */
export interface PlacedChain {
  readonly ruleset: Ruleset
  readonly table: NetfilterTable
  readonly chain: Chain
}

/** A rule with where it is. */
export interface PlacedRule extends PlacedChain {
  readonly rule: Rule
}

/** Every chain of the rulesets, in their order. */
export function everyChain(rulesets: readonly Ruleset[]): readonly PlacedChain[] {
  return rulesets.flatMap(ruleset =>
    ruleset.tables.flatMap(table => table.chains.map(chain => ({ruleset, table, chain}))),
  )
}

/** Every rule of the rulesets, in their order. */
export function everyRule(rulesets: readonly Ruleset[]): readonly PlacedRule[] {
  return everyChain(rulesets).flatMap(({ruleset, table, chain}) =>
    chain.rules.map(rule => ({ruleset, table, chain, rule})),
  )
}

/** The rule store in the words of its tools: `iptables-nft`, `iptables-legacy`, `nftables`; `iptables` where the text does not say which. */
export function backendName(backend: Backend): string {
  if (backend === 'native') return 'nftables'
  return backend === 'unknown' ? 'iptables' : `iptables-${backend}`
}

/** How many rules a ruleset holds in all. */
export function ruleCount(ruleset: Ruleset): number {
  return ruleset.tables.reduce(
    (sum, table) => sum + table.chains.reduce((n, {rules}) => n + (rules.at(-1)?.position ?? 0), 0),
    0,
  )
}

/** How many first packets the rules that redirect to a port have counted; undefined where the text has no counters. */
export function redirectPackets(rulesets: readonly Ruleset[], port: number): number | undefined {
  const rules = everyRule(rulesets).map(({rule}) => rule)
  const counters = rules
    .filter(({actions}) => actions.some(action => action.kind === 'redirect' && action.ports === String(port)))
    .map(rule => rule.counters?.packets)
    .filter(packets => packets !== undefined)
  return counters.length === 0 ? undefined : counters.reduce((sum, packets) => sum + packets, 0)
}
