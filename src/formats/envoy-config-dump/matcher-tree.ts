import {at, field, listOf, numberOf, objectOf, textOf} from '../decode.js'

interface Branch {
  readonly text: string
  readonly onMatch: unknown
}

function cidrText(range: unknown): string {
  const bits = numberOf(at(range, 'prefix_len'), 'value') ?? numberOf(range, 'prefix_len') ?? 0
  const address = textOf(range, 'address_prefix') ?? ''
  return bits === 32 || bits === 128 ? address : `${address}/${bits}`
}

function mapBranches(tree: unknown, mapField: string, mark: string): readonly Branch[] {
  const map = objectOf(tree, mapField, 'map') ?? {}
  return Object.keys(map)
    .sort()
    .map(key => ({text: `${mark}${key}`, onMatch: map[key]}))
}

/** Branches of a matcher: exact and prefix maps, and the IP ranges Istio's waypoints use (xds.type.matcher.v3). */
function branches(matcher: unknown): readonly Branch[] {
  const tree = objectOf(matcher, 'matcher_tree')
  const ranges = listOf(tree, 'custom_match', 'typed_config', 'range_matchers').flatMap(each =>
    listOf(each, 'ranges').map(range => ({text: `=${cidrText(range)}`, onMatch: field(each, 'on_match')})),
  )
  const input = textOf(tree, 'input', 'name') ?? ''
  return [...mapBranches(tree, 'exact_match_map', '='), ...mapBranches(tree, 'prefix_match_map', '^'), ...ranges].map(
    ({text, onMatch}) => ({text: input + text, onMatch}),
  )
}

/** The chain an action names: the action's own name, else the StringValue packed in it, which is what Envoy reads. */
function leadsTo(onMatch: unknown, chain: string): boolean {
  const action = objectOf(onMatch, 'action')
  if (action === undefined) return false
  return (textOf(action, 'name') ?? textOf(action, 'typed_config', 'value') ?? '') === chain
}

function search(matcher: unknown, chain: string, otherwise: string): readonly string[] {
  const onNoMatch = field(matcher, 'on_no_match')
  if (leadsTo(onNoMatch, chain)) return [otherwise]
  const nested = objectOf(onNoMatch, 'matcher')
  const found = branches(matcher).flatMap(({text, onMatch}) => {
    if (leadsTo(onMatch, chain)) return [text]
    const below = objectOf(onMatch, 'matcher')
    return below === undefined ? [] : search(below, chain, 'ANY').map(path => `${text} -> ${path}`)
  })
  return nested === undefined ? found : [...found, ...search(nested, chain, 'ANY')]
}

/**
 * The ways through a listener's `filter_chain_matcher` that end in a chain, in the order of its maps' keys:
 * `ip=10.0.0.1 -> port=80`, `UNMATCHED` for what no branch takes, nothing when no way leads there.
 */
export function pathsToChain(matcher: unknown, chain: string): readonly string[] {
  return search(matcher, chain, 'UNMATCHED')
}
