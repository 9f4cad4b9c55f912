import {type RuleDifference, touchesMesh} from '../../analysis/netfilter/drift/drift.js'
import {cutOffPorts, isFilterBlock} from '../../analysis/netfilter/drift/filter-blocks.js'
import {defineRule} from '../rule.js'

/** Consequences said in one message; --drift lists all. */
const MOST_SAID = 2

/** What follows: what packets feel, and the application's ports the sidecar cannot reach; else what the rule says itself. */
function effect(difference: RuleDifference, cutOff: readonly number[]): string {
  const {consequences, actual} = difference
  const ports = cutOff.join(', ')
  const parts = [
    ...(touchesMesh(difference) ? consequences.slice(0, MOST_SAID) : []),
    ...(cutOff.length === 0
      ? []
      : [`clients of port ${ports} reach the sidecar, but the sidecar cannot reach the application on that port`]),
  ]
  return parts.join('; ') || `what ${actual.length > 1 ? 'they match' : 'it matches'} is dropped`
}

function subject({actual, place}: RuleDifference): string {
  const [rule] = actual
  if (rule === undefined) return `The policy DROP of ${place} drops`
  if (actual.length > 1) return `${actual.length} rules in ${place} drop`
  return `The rule "${rule.text.replace(/^-A \S+ /, '')}" in ${place} drops`
}

export const rule = defineRule({
  code: 'MCT1323',
  slug: 'filter-blocks',
  aliases: [],
  severity: 'error',
  title: 'A filter rule drops mesh traffic',
  why: "Rules in table filter see packets after the redirect: clients arrive at port 15006, and the application's own port appears only between sidecar and application, so a rule meant for clients matches other traffic.",
  fix: 'Remove the rule, or find what sets it (a network policy agent in the pod, a script in the image); control who may connect with an AuthorizationPolicy, or with a NetworkPolicy, which works outside the pod.',
  references: ['https://istio.io/latest/docs/ops/deployment/application-requirements/'],
  modes: ['sidecar', 'ambient'],
  outsideKubernetes: true,
  needs: ['kernel', 'drift'],
  check: (_workload, {drift, kernel}) =>
    drift.differences.filter(isFilterBlock).map(difference => {
      const cutOff = cutOffPorts(difference, kernel.rulesets, kernel.machine)
      return {
        severity: touchesMesh(difference) || cutOff.length > 0 ? 'error' : 'warning',
        message: `${subject(difference)} traffic: ${effect(difference, cutOff)}.`,
        proof: [
          ...(difference.actual.length === 0 ? [{from: difference.place, text: 'policy DROP'}] : []),
          ...difference.actual.map(({text}) => ({from: `found in ${difference.place}`, text})),
        ],
      }
    }),
})
