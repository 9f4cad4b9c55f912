import {
  type Chain,
  everyChain,
  hiddenByNft,
  hidesInterfaces,
  isUnderstood,
  type MatchCondition,
  type NetfilterTable,
  type PlacedChain,
  type Rule,
  type Ruleset,
  ruleCount,
} from '../../../model/kernel/ruleset.js'
import {humanCount} from '../../../model/text/human-count.js'
import {isAmbientPod} from '../ambient-marks.js'
import {chainOwner, nodeRules} from '../chain-owners.js'
import {canonicalChain, canonicalTable, hasIstioRules, isIstioChain} from '../istio-names.js'
import {isUncaptured} from '../packet-walk/verdict.js'
import {ruleWords} from '../rule-words/words.js'
import type {Direction, Exception, Interception} from './interception.js'

/** Something about a ruleset a person should know before trusting the mesh, and what follows from it. */
export interface RulesetWarning {
  readonly id: string
  readonly level: 'warning' | 'info'
  readonly what: string
  readonly consequence: string
  readonly rule?: string
}

function label({table, chain}: PlacedChain, rule: Rule): string {
  const text = rule.text.startsWith('[{') ? ruleWords(table.name, chain, rule).reading : rule.text
  return `${table.name}/${chain.name} rule ${rule.position}: ${text.replace(/^-A \S+ /, '')}`
}

function twoBackends(rulesets: readonly Ruleset[]): readonly RulesetWarning[] {
  const backends = new Set(
    rulesets
      .filter(hasIstioRules)
      .map(set => set.backend)
      .filter(backend => backend !== 'unknown'),
  )
  if (backends.size < 2) return []
  return [
    {
      id: 'two-backends',
      level: 'warning',
      what: `Istio's rules are in more than one rule store (${[...backends].join(' and ')}).`,
      consequence:
        'Both take effect and a change to one leaves the other; istio-init ran twice, or with another back end.',
    },
  ]
}

function missingJumps(
  {inbound, outbound, family}: Interception,
  rulesets: readonly Ruleset[],
): readonly RulesetWarning[] {
  const chains = everyChain(rulesets).filter(({table}) => table.family === family || table.family === 'inet')
  const lists = (name: string, target: string) =>
    chains.some(
      ({chain}) =>
        canonicalChain(chain.name) === name &&
        chain.rules.some(rule => rule.actions.some(a => a.kind === 'jump' && canonicalChain(a.chain) === target)),
    )
  const captures = (direction: Interception['inbound']) =>
    !['escapes', 'direct'].includes(direction.usual.verdict) ||
    direction.exceptions.some(e => e.verdict === 'captured' || e.verdict === 'insufficient')
  const found: RulesetWarning[] = []
  if (!captures(inbound) && (lists('ISTIO_INBOUND', 'ISTIO_IN_REDIRECT') || lists('ISTIO_INBOUND', 'ISTIO_TPROXY'))) {
    found.push({
      id: 'inbound-cut-off',
      level: 'warning',
      what: 'Rules to capture inbound traffic exist, but no packet reaches them.',
      consequence: 'Inbound traffic bypasses the sidecar: mTLS, AuthorizationPolicy and telemetry do not apply.',
    })
  }
  const hasRedirect = chains.some(
    ({chain}) => canonicalChain(chain.name) === 'ISTIO_REDIRECT' && chain.rules.length > 0,
  )
  const emptied = chains.some(
    ({chain}) => canonicalChain(chain.name) === 'ISTIO_OUTPUT' && chain.rules.length === 0 && chain.complete,
  )
  if (!captures(outbound) && hasRedirect && (emptied || lists('ISTIO_OUTPUT', 'ISTIO_REDIRECT'))) {
    found.push({
      id: 'outbound-cut-off',
      level: 'warning',
      what: 'Rules to capture outbound traffic exist, but no packet reaches them.',
      consequence: 'Outbound traffic bypasses the sidecar: no routing rules, no mTLS, no telemetry.',
    })
  }
  if (
    !captures(inbound) &&
    !captures(outbound) &&
    found.length === 0 &&
    chains.some(({chain}) => isIstioChain(chain.name))
  ) {
    found.push({
      id: 'nothing-captured',
      level: 'warning',
      what: "Istio's chains are here, but they capture nothing, neither inbound nor outbound.",
      consequence: isAmbientPod(rulesets)
        ? 'The pod talks past ztunnel, in plaintext: its rules were removed. istio-cni sets them again when the pod is recreated.'
        : 'The pod talks as if it had no sidecar. This is what empty -b and -i (or include annotations set to "") do.',
    })
  }
  return found
}

const SHAPES_TRAFFIC: ReadonlySet<string> = new Set([
  'return',
  'accept',
  'drop',
  'reject',
  'redirect',
  'dnat',
  'tproxy',
  'opaque',
  'queue',
])

const LO_FORMS: readonly (readonly MatchCondition[])[] = [
  [],
  [{field: 'out-interface', negated: false, values: ['lo']}],
  [{field: 'out-interface', negated: true, values: ['lo']}],
  [{field: 'in-interface', negated: false, values: ['lo']}],
  [{field: 'in-interface', negated: true, values: ['lo']}],
]

/** True for a rule Istio generates, or one that may be such a rule but for the part that the text does not show. */
function mayBeIstios(ruleset: Ruleset, table: NetfilterTable, chain: Chain, rule: Rule): boolean {
  if (hiddenByNft(rule) !== undefined) return true
  const forms = hidesInterfaces(ruleset) ? LO_FORMS : [[]]
  return forms.some(more => {
    const whole = {...rule, conditions: [...rule.conditions, ...more]}
    return ruleWords(table.name, chain, whole).purpose !== undefined
  })
}

/** So many rules that Istio does not generate are named. */
const MOST_STRANGERS = 20
/** So many filter rules that drop traffic are named. */
const MOST_FILTERS = 10

/** Rules in Istio's chains, or beside its jumps, that Istio does not generate. */
function strangers(rulesets: readonly Ruleset[]): readonly RulesetWarning[] {
  const found: RulesetWarning[] = []
  for (const place of everyChain(rulesets)) {
    const {chain, table, ruleset} = place
    const name = canonicalChain(chain.name)
    const hooked =
      chain.hook !== undefined && (canonicalTable(table.name) === 'nat' || canonicalTable(table.name) === 'mangle')
    if (!hooked && !isIstioChain(chain.name)) continue
    if (!hasIstioRules(ruleset) && !rulesets.some(hasIstioRules)) continue
    for (const rule of chain.rules) {
      if (mayBeIstios(ruleset, table, chain, rule)) continue
      const acts = rule.actions.some(action => SHAPES_TRAFFIC.has(action.kind))
      const jumps = rule.actions.flatMap(action =>
        action.kind === 'jump' || action.kind === 'goto' ? [action.chain] : [],
      )
      if (!acts && jumps.every(target => chainOwner(target) !== undefined || !isIstioChain(target))) continue
      if (hooked && name !== 'PREROUTING' && name !== 'OUTPUT') continue
      found.push({
        id: 'not-istio',
        level: 'warning',
        what: 'This rule was not generated by Istio.',
        consequence: `${ruleWords(table.name, chain, rule).reading}.`,
        rule: label(place, rule),
      })
      if (found.length === MOST_STRANGERS) return found
    }
  }
  return found
}

/** Which port a filter rule sees, where traffic in its direction is captured; empty where none is. */
function portSeen({hook}: Chain, {mode, inbound, outbound}: Interception): string {
  if (mode === 'tproxy' && hook !== 'output') return ' It sees the port the client asked for: TPROXY rewrites none.'
  const {usual, exceptions} = hook === 'output' ? outbound : inbound
  const port = [usual, ...exceptions].find(each => each.verdict === 'captured')?.port
  const captured = hook === 'output' ? 'outbound' : 'inbound'
  return port === undefined
    ? ''
    : ` It sees the rewritten port: ${port} where ${captured} is captured, not the port of the app.`
}

/** Filter rules that drop what the pod may be meant to get; those of a node are about other traffic. */
function filters(rulesets: readonly Ruleset[], main: Interception | undefined): readonly RulesetWarning[] {
  if (nodeRules(rulesets)?.captures === false) return []
  const found: RulesetWarning[] = []
  for (const place of everyChain(rulesets)) {
    if (place.table.name !== 'filter') continue
    for (const rule of place.chain.rules) {
      if (!rule.actions.some(action => action.kind === 'drop' || action.kind === 'reject')) continue
      if (ruleWords('filter', place.chain, rule).purpose !== undefined) continue
      found.push({
        id: 'filter-drop',
        level: 'warning',
        what: `A filter rule drops traffic.${main === undefined ? '' : portSeen(place.chain, main)}`,
        consequence: `${ruleWords('filter', place.chain, rule).reading}.`,
        rule: label(place, rule),
      })
      if (found.length === MOST_FILTERS) return found
    }
  }
  return found
}

function foreigners(rulesets: readonly Ruleset[]): readonly RulesetWarning[] {
  const owners = new Map<string, {about: string; chains: Set<string>}>()
  for (const {chain} of everyChain(rulesets)) {
    const owner = chainOwner(chain.name)
    if (owner === undefined) continue
    const known = owners.get(owner.name) ?? {about: owner.about, chains: new Set()}
    owners.set(owner.name, known)
    known.chains.add(chain.name)
  }
  return [...owners].map(([owner, {about, chains}]) => ({
    id: 'foreign',
    level: 'info',
    what: `Chains of ${owner}: ${[...chains].slice(0, 4).join(', ')}${chains.size > 4 ? ` and ${chains.size - 4} more` : ''}.`,
    consequence: about,
  }))
}

function unread(rulesets: readonly Ruleset[]): readonly RulesetWarning[] {
  const rules = everyChain(rulesets).flatMap(place =>
    place.chain.rules.filter(rule => !isUnderstood(rule)).map(rule => label(place, rule)),
  )
  const first = rules[0]
  if (first === undefined) return []
  return [
    {
      id: 'not-understood',
      level: 'info',
      what: `${humanCount(rules.length, 'rule is', 'rules are')} not wholly understood.`,
      consequence: 'Answers that depend on them say so instead of guessing.',
      rule: first,
    },
  ]
}

/** What an exception says apart from addresses, which cannot be the same in both families; undefined for one about addresses. */
function sayingOf({where, value, verdict, port}: Exception): string | undefined {
  if (where.some(({property}) => property === 'destination' || property === 'source')) return undefined
  const what = where.length === 1 ? `${where[0]?.property} ${value}` : value
  return `${what} ${verdict === 'captured' ? `goes to the proxy (port ${port})` : isUncaptured(verdict) ? 'bypasses the proxy' : `is ${verdict}`}`
}

function isOfProxy({where}: Exception, proxy: Interception['proxy']): boolean {
  return where.some(
    ({property, values}) => (property === 'uid' || property === 'gid') && values.includes(String(proxy[property])),
  )
}

/** Packets that one family treats otherwise than the other, where most are treated the same way. */
function familyDifferences(v4: Interception, v6: Interception): readonly RulesetWarning[] {
  const only = (mine: Direction, other: Direction, name: string, label: string) => {
    const apps = ({exceptions}: Direction) => exceptions.filter(each => !isOfProxy(each, v4.proxy))
    const theirs = new Set(apps(other).map(sayingOf))
    const own = [...new Set(apps(mine).map(sayingOf))].filter(saying => saying !== undefined && !theirs.has(saying))
    return own.map(saying => `${name} TCP to ${saying} over ${label} only`)
  }
  const found = [
    ...only(v4.inbound, v6.inbound, 'Inbound', 'IPv4'),
    ...only(v6.inbound, v4.inbound, 'Inbound', 'IPv6'),
    ...only(v4.outbound, v6.outbound, 'Outbound', 'IPv4'),
    ...only(v6.outbound, v4.outbound, 'Outbound', 'IPv6'),
  ]
  if (found.length === 0) return []
  const more = found.length > 6 ? `; and ${found.length - 6} more` : ''
  return [
    {
      id: 'families-differ',
      level: 'warning',
      what: 'IPv4 and IPv6 are treated differently.',
      consequence: `${found.slice(0, 6).join('; ')}${more}.`,
    },
  ]
}

function families(all: readonly Interception[], rulesets: readonly Ruleset[]): readonly RulesetWarning[] {
  const v4 = all.find(each => each.family === 'ip')
  const v6 = all.find(each => each.family === 'ip6')
  const known = rulesets.some(set => set.family !== 'ip')
  if (v4 === undefined || v6 === undefined || !known || v4.mode === 'none') return []
  const asked = [v4, v6].flatMap(each => [each.inbound.usual, each.outbound.usual, each.proxyToSelf])
  if (asked.some(({verdict}) => verdict === 'insufficient')) return []
  const into = v6.inbound.usual.verdict === 'captured'
  const out = v6.outbound.usual.verdict === 'captured'
  const self = v6.proxyToSelf.verdict === v4.proxyToSelf.verdict
  if (
    v4.inbound.usual.verdict === v6.inbound.usual.verdict &&
    v4.outbound.usual.verdict === v6.outbound.usual.verdict &&
    self
  )
    return familyDifferences(v4, v6)
  const half = into || out
  return [
    {
      id: half ? 'ipv6-half' : 'ipv6-open',
      level: 'warning',
      what: half ? 'IPv6 is captured in part only.' : 'IPv6 is not captured, IPv4 is.',
      consequence: half
        ? `Inbound IPv6 ${into ? 'goes' : 'does not go'} through the sidecar, outbound ${out ? 'does' : 'does not'}, and its calls to its own pod ${self ? 'are handled as in IPv4' : 'do not count as inbound'}: dual stack is off for istio.`
        : 'IPv6 traffic, where the pod has any, bypasses the sidecar: dual stack is off for istio.',
    },
  ]
}

function loops(all: readonly Interception[]): readonly RulesetWarning[] {
  return all.flatMap(({outbound}) => {
    const port = outbound.usual.port
    const proxyEscapes = outbound.exceptions.some(
      e => (e.kind === 'uid' || e.kind === 'gid') && e.verdict !== 'captured',
    )
    if (outbound.usual.verdict !== 'captured' || port !== 15_001 || proxyEscapes) return []
    return [
      {
        id: 'proxy-loops',
        level: 'warning' as const,
        what: 'No user or group is exempt from outbound capture.',
        consequence: "The sidecar's own connections come back to it: every outbound call loops until it fails.",
      },
    ]
  })
}

/** What is odd about the rules, worst first: found from what packets do and from rules that no known program generates. */
export function rulesetWarningsOf(
  rulesets: readonly Ruleset[],
  interceptions: readonly Interception[],
): readonly RulesetWarning[] {
  if (rulesets.every(set => ruleCount(set) === 0)) return []
  const main = interceptions.find(each => each.family === 'ip') ?? interceptions[0]
  return [
    ...twoBackends(rulesets),
    ...(main === undefined ? [] : missingJumps(main, rulesets)),
    ...loops(interceptions.filter(each => hasOwners(rulesets, each))),
    ...strangers(rulesets),
    ...families(interceptions, rulesets),
    ...filters(rulesets, main),
    ...foreigners(rulesets),
    ...unread(rulesets),
  ]
}

/** Ambient rules exempt ztunnel by mark, not by user. */
function hasOwners(rulesets: readonly Ruleset[], interception: Interception): boolean {
  const ambient = everyChain(rulesets).some(
    ({table, chain}) => chain.name === 'ISTIO_PRERT' || table.name.startsWith('istio-ambient'),
  )
  return !ambient && interception.mode !== 'none' && interception.mode !== 'unknown'
}
