import {definedFields} from '../../../model/collections/defined-fields.js'
import {groupedBy} from '../../../model/collections/grouped-by.js'
import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import {ruleKey} from '../../../model/kernel/rule-key.js'
import {everyChain, type IpFamily, type Rule, type Ruleset, ruleCount} from '../../../model/kernel/ruleset.js'
import {humanCount} from '../../../model/text/human-count.js'
import {ofProtocol} from '../packet-sets/condition-sets.js'
import {FALSE, type Node, outcomesOf} from '../packet-sets/diagram.js'
import {equalTo} from '../packet-sets/dimensions.js'
import {type DeadRule, reachabilityOf} from '../packet-sets/reachability.js'
import type {CompiledChain} from '../packet-walk/compile.js'
import {askPaths, type PodPaths} from './pod-paths.js'
import type {RulesetWarning} from './ruleset-warnings.js'

/** Dead rules are not searched for in more rules than this: the answer says so. */
const MOST_RULES = 3_000
const MOST_LISTED = 8

function repeats({rule, shadowedBy}: DeadRule): boolean {
  return shadowedBy.some(each => ruleKey(each) === ruleKey(rule))
}

/** Rules whose conditions the text does not decide alone; a listener may make them match. */
function isOpen({conditions}: Rule): boolean {
  return conditions.some(({field}) => field === 'socket')
}

/** What was found out about the rules of one family. */
interface Found {
  readonly tables: readonly {readonly chains: readonly CompiledChain[]; readonly dead: readonly DeadRule[]}[]
  readonly closed: readonly RulesetWarning[]
  /** Set when not all could be found out. */
  readonly gaveUp?: string
}

function foundIn(all: PodPaths): Found {
  const {paths} = all
  const {family} = paths.space
  const tables = new Set(paths.rules.bases.filter(each => each.family === family).map(({base}) => base.table))
  const found = [...tables].flatMap(table => {
    const reached = reachabilityOf(paths, table)
    return reached === undefined ? [] : [{chains: [...table.values()], dead: reached.rules}]
  })
  const [gaveUp] = paths.chains.givenUp
  return {tables: found, closed: closedIcmpv6(all), ...definedFields({gaveUp})}
}

/** Dead in every family their table is asked for: a rule of an inet table about IPv4 is alive though no IPv6 packet matches it. */
function deadInAll(all: readonly Found[]): readonly DeadRule[] {
  const found = new Map<Rule, {dead: DeadRule; times: number}>()
  const asked = new Map<CompiledChain['chain'], number>()
  for (const {chains, dead} of all.flatMap(({tables}) => tables)) {
    for (const {chain} of chains) asked.set(chain, (asked.get(chain) ?? 0) + 1)
    for (const each of dead) {
      const known = found.get(each.rule)
      const better = known === undefined || known.dead.why === 'contradiction' ? each : known.dead
      found.set(each.rule, {dead: better, times: (known?.times ?? 0) + 1})
    }
  }
  return [...found.values()].flatMap(({dead, times}) => (times === asked.get(dead.chain.chain) ? [dead] : []))
}

/** True when the rule would have sent packets somewhere they do not go without it. */
function mattered({rule}: DeadRule): boolean {
  return rule.actions.some(({kind}) => ['redirect', 'dnat', 'tproxy', 'drop', 'reject', 'jump', 'goto'].includes(kind))
}

function reason({shadowedBy, why}: DeadRule): string {
  const positions = [...new Set(shadowedBy.map(({position}) => position))]
  if (why === 'contradiction') return 'Its conditions exclude each other.'
  if (positions.length === 0) return 'No packet it matches reaches this chain.'
  const named = positions.slice(0, 4).join(', ')
  const more = positions.length > 4 ? ` and ${positions.length - 4} more` : ''
  return positions.length === 1
    ? `Rule ${named} takes every packet it matches.`
    : `Rules ${named}${more} take every packet it matches.`
}

function counted({counters}: Rule): string {
  const packets = counters?.packets ?? 0
  return packets === 0 ? '' : ` It has counted ${humanCount(packets, 'packet')}: the rules were different then.`
}

/** A rule of nft with a map is dead when all that its elements ask is; it is named once. */
function wholeRules(dead: readonly DeadRule[]): readonly DeadRule[] {
  const among = groupedBy(dead, each => `${each.chain.at} ${each.rule.position}`)
  return [...among.values()].flatMap(branches => {
    const [first] = branches
    if (first === undefined) return []
    const all = first.chain.chain.rules.filter(({position}) => position === first.rule.position)
    return all.length === branches.length ? [first] : []
  })
}

function deadRules(all: readonly Found[]): readonly RulesetWarning[] {
  const dead = wholeRules(deadInAll(all)).filter(each => !each.spare && !repeats(each) && !isOpen(each.rule))
  const listed = dead.slice(0, MOST_LISTED).map(
    (each): RulesetWarning => ({
      id: 'unreachable-rule',
      level: mattered(each) && each.why === 'shadowed' ? 'warning' : 'info',
      what: 'This rule can never match.',
      consequence: `${reason(each)}${counted(each.rule)}`,
      rule: `${each.chain.at} rule ${each.rule.position}: ${each.rule.text.replace(/^-A \S+ /, '')}`,
    }),
  )
  const more = dead.length - listed.length
  if (more <= 0) return listed
  return [
    ...listed,
    {id: 'unreachable-rule', level: 'info', what: `${humanCount(more, 'more rule')} can never match.`, consequence: ''},
  ]
}

/** Rules that are in a chain more than once. */
function repeatedRules(rulesets: readonly Ruleset[]): readonly RulesetWarning[] {
  return everyChain(rulesets).flatMap(({table, chain}): readonly RulesetWarning[] => {
    const times = new Map<string, number>()
    const branched = new Set(chain.rules.filter(({branch}) => branch === true).map(({position}) => position))
    for (const rule of chain.rules.filter(({position}) => !branched.has(position))) {
      const key = ruleKey(rule)
      times.set(key, (times.get(key) ?? 0) + 1)
    }
    const most = [...times.values()].reduce((greatest, count) => Math.max(greatest, count), 1)
    const repeated = [...times.values()].filter(count => count > 1).length
    if (repeated === 0) return []
    return [
      {
        id: 'repeated-rules',
        level: 'info',
        what: `${humanCount(repeated, 'rule')} of ${table.name}/${chain.name} ${repeated === 1 ? 'is' : 'are'} duplicated (up to ${most} copies).`,
        consequence: 'The copies add nothing; the rules were probably applied more than once.',
      },
    ]
  })
}

const NEW = 0
const UNTRACKED = 4

/** True when a base chain ends every ICMPv6 packet from outside that is new or untracked, as those of neighbour discovery are. */
function stopsIcmpv6({paths, device}: PodPaths, base: CompiledChain): boolean {
  const {space, chains} = paths
  const {diagram, dimensions} = space
  const code = Math.max(0, space.interfaces.indexOf(device))
  const state = diagram.or(
    equalTo(diagram, dimensions['ct-state'], NEW),
    equalTo(diagram, dimensions['ct-state'], UNTRACKED),
  )
  const packets = [ofProtocol(space, 'icmpv6'), equalTo(diagram, dimensions['in-interface'], code), state].reduce<Node>(
    (all, each) => diagram.and(all, each),
    1,
  )
  if (packets === FALSE) return false
  const outside = -1
  const ends = outcomesOf(diagram, diagram.choose(packets, chains.of(base), diagram.leaf(outside)))
  return [...ends].every(number => {
    if (number === outside) return true
    const {kind} = chains.ending(number)
    return kind === 'drop' || kind === 'refuse' || (kind === 'next' && base.chain.policy === 'drop')
  })
}

function closedIcmpv6(found: PodPaths): readonly RulesetWarning[] {
  const {paths} = found
  if (paths.space.family !== 'ip6') return []
  const bases = paths.rules.bases.filter(({hook, family}) => hook === 'input' && family === 'ip6')
  const closed = bases.find(({base}) => stopsIcmpv6(found, base))
  if (closed === undefined) return []
  return [
    {
      id: 'icmpv6-closed',
      level: 'warning',
      what: `${closed.base.at} stops ICMPv6 as well, and with it neighbour discovery.`,
      consequence:
        'The pod cannot find its neighbours, so no IPv6 connection works, outbound ones included; use IPv4, or accept ICMPv6 before that rule.',
    },
  ]
}

function notLookedFor(why: string): RulesetWarning {
  return {
    id: 'unreachable-rule',
    level: 'info',
    what: `Rules that can never match were not looked for: ${why}.`,
    consequence: '',
  }
}

/** What is wrong within the rules themselves, found for all packets: rules that can never match, copies, and ICMPv6 that is stopped. */
export function ruleWarnings(
  rulesets: readonly Ruleset[],
  machine: NetworkNamespace,
  families: readonly IpFamily[],
  bound?: number,
): readonly RulesetWarning[] {
  const rules = rulesets.reduce((sum, set) => sum + ruleCount(set), 0)
  const repeated = repeatedRules(rulesets)
  if (rules > MOST_RULES) return [...repeated, notLookedFor(`there are more than ${MOST_RULES} rules`)]
  const beyond = (gaveUp: string): Found => ({tables: [], closed: [], gaveUp})
  const all = families
    .map(family => askPaths(rulesets, machine, family, foundIn, beyond, bound))
    .filter(found => found !== undefined)
  const closed = all.flatMap(found => found.closed)
  // A rule is dead when it is in every family: with one of them open, nothing is said.
  const gaveUp = [...new Set(all.flatMap(found => (found.gaveUp === undefined ? [] : [found.gaveUp])))]
  return [...closed, ...(gaveUp.length > 0 ? gaveUp.map(notLookedFor) : deadRules(all)), ...repeated]
}
