import {type Chain, everyRule, type Rule, type Ruleset} from '../../model/kernel/ruleset.js'
import {nodeRules} from './chain-owners.js'
import type {RulesetWarning} from './interception/ruleset-warnings.js'

/** Rules that give every packet they match another source; those that look at marks or skip destinations are about other traffic. */
function masquerades({actions, conditions}: Rule): boolean {
  const rewrites = actions.some(({kind}) => kind === 'masquerade' || kind === 'snat')
  const narrow = conditions.some(
    ({field, negated}) =>
      field === 'mark' || field === 'dynamic' || field === 'opaque' || (field === 'destination' && negated),
  )
  return rewrites && !narrow
}

function sourceOf({conditions}: Rule): string {
  const values = conditions.filter(({field, negated}) => field === 'source' && !negated).flatMap(({values: v}) => v)
  return values.length === 0 ? 'every source' : values.join(', ')
}

function packets(rules: readonly Rule[]): number | undefined {
  const counts = rules.flatMap(({counters}) => (counters === undefined ? [] : [counters.packets]))
  return counts.length === 0 ? undefined : counts.reduce((sum, each) => sum + each, 0)
}

/** The rules before the jump to ISTIO_POSTRT that rewrite the source of packets first. */
function before({rules}: Chain): readonly Rule[] {
  const jump = rules.findIndex(rule => rule.actions.some(a => a.kind === 'jump' && a.chain === 'ISTIO_POSTRT'))
  return jump < 0 ? [] : rules.slice(0, jump).filter(masquerades)
}

/** Capture rules of a mesh on a node: a pod with hostNetwork was injected, or the node is a VM of the mesh. */
function capturesOnNode(rulesets: readonly Ruleset[]): readonly RulesetWarning[] {
  const node = nodeRules(rulesets)
  if (node?.captures !== true) return []
  return [
    {
      id: 'node-captured',
      level: 'warning',
      what: `These rules are of a node or VM (${node.signs.slice(0, 3).join(', ')}), and a mesh captures traffic there.`,
      consequence:
        'They apply to every process of the machine, not to one pod. This is right on a VM of the mesh; on a node, a pod with hostNetwork: true was injected or its init container ran in the host network.',
    },
  ]
}

/**
 * What is wrong with a node's rules for ambient mode: a MASQUERADE before ISTIO_POSTRT takes the kubelet's probes first (a source is rewritten
 * once, by the first rule that matches), so they reach the pod without 169.254.7.127, by which ztunnel's rules let them through.
 */
export function nodeWarnings(rulesets: readonly Ruleset[]): readonly RulesetWarning[] {
  return [...capturesOnNode(rulesets), ...maskedProbes(rulesets), ...unmarkedProbes(rulesets)]
}

/** The addresses from which node processes reach ambient pods (istio-cni, host probes). */
const PROBE_SOURCES = ['169.254.7.127', 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff']

/** The pods whose probes a node's rules give the source ztunnel lets pass; undefined where no rule does. */
export function probedPods(rulesets: readonly Ruleset[]): readonly string[] | undefined {
  const marking = everyRule(rulesets).filter(({rule}) =>
    rule.actions.some(each => each.kind === 'snat' && PROBE_SOURCES.some(source => each.to.includes(source))),
  )
  if (marking.length === 0) return undefined
  const sets = marking.flatMap(({rule}) => rule.conditions)
  return sets.filter(({field, negated}) => field === 'destination' && !negated).flatMap(({values}) => values)
}

/** The agent's chains without the rule for probes: they were emptied, or the agent could not set it. */
function unmarkedProbes(rulesets: readonly Ruleset[]): readonly RulesetWarning[] {
  const node = nodeRules(rulesets)
  const mine = node?.signs.some(each => each === 'ISTIO_POSTRT' || each.startsWith('istio-ambient-nat')) === true
  if (!mine || probedPods(rulesets) !== undefined) return []
  return [
    {
      id: 'probes-unmarked',
      level: 'warning',
      what: 'The chain of the CNI agent has no rule that gives probes the source 169.254.7.127.',
      consequence:
        'Probes of the kubelet reach ambient pods from the address of the node, are treated as client traffic, and fail where the mode is STRICT or a policy denies them. Restart istio-cni-node on this node: it sets the rule and the ipset istio-inpod-probes-v4 when it starts.',
    },
  ]
}

function maskedProbes(rulesets: readonly Ruleset[]): readonly RulesetWarning[] {
  return rulesets.flatMap(({tables}) =>
    tables.flatMap(table => {
      const entry = table.chains.find(({hook}) => hook === 'postrouting')
      const early = entry === undefined ? [] : before(entry)
      if (entry === undefined || early.length === 0) return []
      const own = table.chains.find(({name}) => name === 'ISTIO_POSTRT')?.rules ?? []
      const unused = packets(own) === 0 ? ' ISTIO_POSTRT has matched no packet yet.' : ''
      const which = early.map(({position}) => position)
      return [
        {
          id: 'probe-masqueraded',
          level: 'warning' as const,
          what: `${which.length === 1 ? 'Rule' : 'Rules'} ${which.join(', ')} of ${entry.name} (MASQUERADE of ${early.map(sourceOf).join('; ')}) come before ISTIO_POSTRT.${unused}`,
          consequence:
            'A source is rewritten by the first rule that matches, so probes of the kubelet from there reach ambient pods without 169.254.7.127, are treated as client traffic and fail. Put the jump to ISTIO_POSTRT first, or exclude the probes from masquerading.',
          rule: `${table.name}/${entry.name} rule ${early[0]?.position}: ${early[0]?.text.replace(/^-A \S+ /, '')}`,
        },
      ]
    }),
  )
}
