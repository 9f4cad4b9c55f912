import type {Extension} from '../../../model/envoy/core.js'
import {IpMatcher, type MatcherTree, type OnMatch, type Predicate} from '../../../model/envoy/matching.js'
import {unpack} from '../../../model/envoy/schema.js'
import {inRange, parseIp} from '../../../model/kernel/ip-address.js'
import {allOf, anyOf, known, undecided} from '../undecided.js'
import {rangeOf} from './cidr.js'
import {stringMatches} from './strings.js'

// The matching API: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/matching/matching_api

/** What an input yields: a text, or undefined when there is none. */
export type Inputs = (input: Extension) => string | undefined

function predicateHolds(predicate: Predicate | undefined, inputs: Inputs): boolean {
  if (predicate === undefined) undecided('an empty matcher predicate')
  const {singlePredicate, orMatcher, andMatcher, notMatcher} = known(predicate, 'a matcher predicate')
  if (orMatcher !== undefined) return anyOf(orMatcher.predicate, each => predicateHolds(each, inputs))
  if (andMatcher !== undefined) return allOf(andMatcher.predicate, each => predicateHolds(each, inputs))
  if (notMatcher !== undefined) return !predicateHolds(notMatcher, inputs)
  if (singlePredicate === undefined) undecided('an empty matcher predicate', predicate.at)
  const {input, valueMatch, customMatch} = known(singlePredicate, 'a matcher predicate')
  if (customMatch !== undefined) undecided(`custom match ${customMatch.name ?? ''}`, customMatch.at)
  if (input === undefined) undecided('a matcher predicate without input', singlePredicate.at)
  const value = inputs(input)
  return value !== undefined && stringMatches(valueMatch, value)
}

function follow(onMatch: OnMatch | undefined, inputs: Inputs): Extension | undefined {
  if (onMatch === undefined) return undefined
  const {matcher, action, keepMatching} = known(onMatch, 'a matcher branch')
  if (keepMatching) undecided('keep_matching of a matcher branch', onMatch.at)
  return matcher === undefined ? action : matchTree(matcher, inputs)
}

/** Branches whose ranges contain the address, most specific first. */
function ipBranches(custom: Extension, value: string | undefined): readonly OnMatch[] {
  const config = unpack(custom.typedConfig, IpMatcher)
  if (config === undefined) undecided(`custom match ${custom.name ?? ''}`, custom.at)
  const address = value === undefined ? undefined : parseIp(value)
  if (address === undefined) return []
  const held = config.rangeMatchers.flatMap(each => {
    const {ranges, onMatch, exclusive} = known(each, 'an IP matcher')
    const lengths = ranges.map(rangeOf).filter(({range}) => inRange(address, range))
    const length = Math.max(-1, ...lengths.map(found => found.length))
    return length < 0 || onMatch === undefined ? [] : [{length, onMatch, exclusive}]
  })
  held.sort((a, b) => b.length - a.length)
  const stop = held.findIndex(each => each.exclusive)
  return (stop < 0 ? held : held.slice(0, stop + 1)).map(each => each.onMatch)
}

function mapBranches(tree: NonNullable<MatcherTree['matcherTree']>, value: string | undefined): readonly OnMatch[] {
  const {exactMatchMap, prefixMatchMap, customMatch} = tree
  if (customMatch !== undefined) return ipBranches(customMatch, value)
  if (value === undefined) return []
  if (exactMatchMap !== undefined) {
    const found = exactMatchMap.map.get(value)
    return found === undefined ? [] : [found]
  }
  const prefixes = [...(prefixMatchMap?.map ?? [])].filter(([prefix]) => value.startsWith(prefix))
  return prefixes.sort(([a], [b]) => b.length - a.length).map(([, onMatch]) => onMatch)
}

function branches(matcher: MatcherTree, inputs: Inputs): readonly OnMatch[] {
  const tree = matcher.matcherTree
  if (tree === undefined) return []
  const {input} = known(tree, 'a matcher tree')
  if (input === undefined) undecided('a matcher tree without input', tree.at)
  return mapBranches(tree, inputs(input))
}

/**
 * The action of a matcher tree; undefined when nothing matches. After a branch without a match the next one is tried,
 * finally `on_no_match`.
 */
export function matchTree(matcher: MatcherTree, inputs: Inputs): Extension | undefined {
  const {matcherList, onNoMatch} = known(matcher, 'a matcher')
  for (const each of matcherList?.matchers ?? []) {
    const {predicate, onMatch} = known(each, 'a matcher')
    if (!predicateHolds(predicate, inputs)) continue
    const found = follow(onMatch, inputs)
    if (found !== undefined) return found
  }
  for (const each of branches(matcher, inputs)) {
    const found = follow(each, inputs)
    if (found !== undefined) return found
  }
  return follow(onNoMatch, inputs)
}
