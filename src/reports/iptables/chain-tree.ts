import {ruleWords} from '../../analysis/netfilter/rule-words/words.js'
import {humanCount} from '../../model/human-count.js'
import {backendName, type Chain, type NetfilterTable, type Rule, type Ruleset} from '../../model/ruleset.js'
import type {Cell, TreeNode} from '../../terminal/doc.js'

const MAX_DEPTH = 12

/** How the trees of one report are drawn: with the literal reading beside the purpose, with counters, and which chains were shown already. */
export interface TreeStyle {
  readonly wide: boolean
  readonly counters: boolean
  readonly shown: Set<string>
}

/** The rule as the text had it, without what the tree shows already; JSON of nft is no text a person reads. */
function verbatim(rule: Rule): string {
  if (rule.text.startsWith('[{')) return ''
  return rule.text
    .replace(/^-[AI] \S+ (?:\d+ )?/, '')
    .replace(/\s*counter packets \d+ bytes \d+/, '')
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

function ruleNode(table: NetfilterTable, chain: Chain, rule: Rule, style: TreeStyle, depth: number): TreeNode {
  const words = ruleWords(table.name, chain, rule)
  const sentence = words.purpose?.sentence ?? `${words.reading.charAt(0).toUpperCase()}${words.reading.slice(1)}.`
  const targets = rule.actions.flatMap(action =>
    action.kind === 'jump' || action.kind === 'goto' ? [action.chain] : [],
  )
  const chains = targets.flatMap(name => table.chains.filter(each => each.name === name))
  const port = chains.map(redirectPort).find(found => found !== undefined)
  const open = port !== undefined || depth >= MAX_DEPTH ? [] : chains
  const children = open.map(each => chainNode(table, each, style, depth + 1))
  const arrow = port === undefined ? [] : [{text: ` → port ${port}`, tone: 'strong'} as const]
  const reading =
    style.wide && words.purpose !== undefined ? [{text: `  (${words.reading})`, tone: 'dim'} as const] : []
  return {
    label: [`${rule.position}  ${sentence}`, ...arrow, ...reading],
    detail: [{text: verbatim(rule), tone: 'dim'}, ...count(rule, style)],
    ...(children.length === 0 ? {} : {children}),
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

function chainNode(table: NetfilterTable, chain: Chain, style: TreeStyle, depth: number): TreeNode {
  const key = `${table.family} ${table.name} ${chain.name}`
  if (style.shown.has(key) && chain.rules.length > 1)
    return {label: [...chainTitle(chain), {text: ' (shown above)', tone: 'dim'}]}
  style.shown.add(key)
  return {label: chainTitle(chain), children: chain.rules.map(rule => ruleNode(table, chain, rule, style, depth))}
}

/** A chain is shown once in the tree; those nothing jumps to stand at the end. */
function unreached(table: NetfilterTable): readonly Chain[] {
  const reached = new Set<string>()
  const visit = (chain: Chain): void => {
    if (reached.has(chain.name)) return
    reached.add(chain.name)
    for (const rule of chain.rules)
      for (const action of rule.actions)
        if (action.kind === 'jump' || action.kind === 'goto') {
          const next = table.chains.find(each => each.name === action.chain)
          if (next !== undefined) visit(next)
        }
  }
  for (const chain of table.chains) if (chain.hook !== undefined) visit(chain)
  return table.chains.filter(chain => !reached.has(chain.name))
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
  const loose = unreached(table).filter(chain => chain.rules.length > 0)
  if (bases.length + loose.length === 0) return undefined
  const family = table.family === 'ip' ? 'IPv4' : table.family === 'ip6' ? 'IPv6' : 'IPv4 and IPv6'
  const looseNodes = loose.map(chain => {
    const node = chainNode(table, chain, style, MAX_DEPTH)
    return {...node, label: [...node.label, {text: ledHere(table, chain), tone: 'warn'} as const]}
  })
  return {
    label: [
      {text: `table ${table.name}`, tone: 'strong'},
      ` ${family}${ruleset.backend === 'unknown' ? '' : `, ${backendName(ruleset.backend)}`}`,
    ],
    children: [...bases.map(chain => chainNode(table, chain, style, 0)), ...looseNodes],
  }
}
