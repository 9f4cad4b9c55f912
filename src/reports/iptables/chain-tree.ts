import {ruleWords} from '../../analysis/netfilter/rule-words/words.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {backendName, type Chain, type NetfilterTable, type Rule, type Ruleset} from '../../model/kernel/ruleset.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Cell, TreeNode} from '../../terminal/doc.js'

/** Chains nested deeper are shown below the others. */
const MAX_DEPTH = 12

/** How the trees of one report are drawn: with the literal reading beside the purpose, with counters, and which chains were shown already. */
export interface TreeStyle {
  readonly wide: boolean
  readonly counters: boolean
  readonly shown: Set<string>
}

/** The rule as the text had it, without what the tree shows already; JSON of nft is not text a person reads. */
function verbatim(rule: Rule): string {
  if (rule.text.startsWith('[{')) return ''
  return rule.text
    .replace(/^-[AI] \S+ (?:\d+ )?/, '')
    .replace(/(?<!\s)\s*counter packets \d+ bytes \d+/, '')
    .replace(/ -c \d+ \d+/, '')
    .replace(/\s+/g, ' ')
}

function count(rule: Rule, style: TreeStyle): Cell[] {
  if (rule.counters === undefined || !style.counters) return []
  const {packets} = rule.counters
  return packets === 0
    ? [{text: '  never matched', tone: 'dim'}]
    : [{text: `  ${humanCount(packets, 'packet')}`, tone: 'strong'}]
}

/** A table while it is drawn: its chains by name, and those that wait to be shown on their own. */
interface Drawing extends TreeStyle {
  readonly table: NetfilterTable
  readonly chains: ReadonlyMap<string, Chain>
  readonly later: Set<Chain>
}

function targetsIn({chains}: Pick<Drawing, 'chains'>, {actions}: Rule): readonly Chain[] {
  return actions.flatMap(action =>
    action.kind === 'jump' || action.kind === 'goto' ? (chains.get(action.chain) ?? []) : [],
  )
}

function ruleNode(style: Drawing, chain: Chain, rule: Rule, depth: number): TreeNode {
  const {table} = style
  const words = ruleWords(table.name, chain, rule)
  const sentence = words.purpose?.sentence ?? `${words.reading.charAt(0).toUpperCase()}${words.reading.slice(1)}.`
  const chains = targetsIn(style, rule)
  const port = chains.map(redirectPort).find(found => found !== undefined)
  const isDeep = depth >= MAX_DEPTH
  const waiting = port === undefined && isDeep ? chains : []
  for (const each of waiting) style.later.add(each)
  const open = port !== undefined || isDeep ? [] : chains
  const children = open.map(each => chainNode(style, each, depth + 1))
  const below = waiting.length === 0 ? [] : [{text: ' (shown below)', tone: 'dim'} as const]
  const arrow = port === undefined ? [] : [{text: ` → port ${port}`, tone: 'strong'} as const]
  const reading =
    style.wide && words.purpose !== undefined ? [{text: `  (${words.reading})`, tone: 'dim'} as const] : []
  return {
    label: [`${rule.position}  ${sentence}`, ...arrow, ...reading, ...below],
    detail: [{text: verbatim(rule), tone: 'dim'}, ...count(rule, style)],
    ...definedFields({children: children.length === 0 ? undefined : children}),
  }
}

/** The port of a chain that only redirects: such a chain is shown in its caller's line. */
function redirectPort(chain: Chain): string | undefined {
  const action = chain.rules.length === 1 ? chain.rules[0]?.actions[0] : undefined
  return action?.kind === 'redirect' ? action.ports : undefined
}

function chainTitle(chain: Chain): readonly Cell[] {
  const policy = chain.policy === 'drop' ? [{text: ' policy DROP', tone: 'bad'} as const] : []
  const left = chain.complete ? [] : [{text: ' (rules were left out of the text)', tone: 'warn'} as const]
  const empty = chain.rules.length === 0 ? [{text: ' (empty)', tone: 'dim'} as const] : []
  return [{text: chain.name, tone: 'strong'}, ...policy, ...left, ...empty]
}

function keyOf({table}: Drawing, chain: Chain): string {
  return `${table.family} ${table.name} ${chain.name}`
}

function isShown(style: Drawing, chain: Chain): boolean {
  return style.shown.has(keyOf(style, chain))
}

function chainNode(style: Drawing, chain: Chain, depth: number): TreeNode {
  if (isShown(style, chain) && chain.rules.length > 1)
    return {label: [...chainTitle(chain), {text: ' (shown above)', tone: 'dim'}]}
  style.shown.add(keyOf(style, chain))
  return {label: chainTitle(chain), children: chain.rules.map(rule => ruleNode(style, chain, rule, depth))}
}

/** A chain is shown once in the tree; those nothing jumps to come at the end. */
function unreached({table, chains}: Pick<Drawing, 'table' | 'chains'>): readonly Chain[] {
  const reached = new Set(table.chains.filter(chain => chain.hook !== undefined))
  // A set goes on to what is added while it is walked.
  for (const chain of reached)
    for (const rule of chain.rules) for (const target of targetsIn({chains}, rule)) reached.add(target)
  return table.chains.filter(chain => !reached.has(chain))
}

/** Nothing leads to a chain, or what does was not pasted: the listing counts references to it, or has no chain packets enter by. */
function ledHere(table: NetfilterTable, {references = 0, rules}: Chain): string {
  const cutting = references > 0 || table.chains.every(({hook}) => hook === undefined)
  if (cutting) return ' (the rules that jump here are not in the given text)'
  const counted = rules.some(({counters}) => (counters?.packets ?? 0) > 0)
  return counted
    ? ' (unreachable: no chain jumps here any more, its counters are old)'
    : ' (unreachable: no chain jumps here)'
}

/** The chains of a table as a tree that follows the jumps, each rule in words with its verbatim text; empty base chains are left out. */
export function tableTree(ruleset: Ruleset, table: NetfilterTable, style: TreeStyle): TreeNode | undefined {
  const bases = table.chains.filter(
    chain => chain.hook !== undefined && (chain.rules.length > 0 || chain.policy === 'drop'),
  )
  const drawing = {
    ...style,
    table,
    chains: new Map(table.chains.map(chain => [chain.name, chain])),
    later: new Set<Chain>(),
  }
  const loose = unreached(drawing).filter(chain => chain.rules.length > 0)
  if (bases.length + loose.length === 0) return undefined
  const family = table.family === 'ip' ? 'IPv4' : table.family === 'ip6' ? 'IPv6' : 'IPv4 and IPv6'
  const baseNodes = bases.map(chain => chainNode(drawing, chain, 0))
  const looseNodes = loose.map(chain => {
    const node = chainNode(drawing, chain, MAX_DEPTH)
    return {...node, label: [...node.label, {text: ledHere(table, chain), tone: 'warn'} as const]}
  })
  const deepNodes: TreeNode[] = []
  for (const chain of drawing.later) if (!isShown(drawing, chain)) deepNodes.push(chainNode(drawing, chain, 0))
  return {
    label: [
      {text: `table ${table.name}`, tone: 'strong'},
      ` ${family}${ruleset.backend === 'unknown' ? '' : `, ${backendName(ruleset.backend)}`}`,
    ],
    children: [...baseNodes, ...looseNodes, ...deepNodes],
  }
}
