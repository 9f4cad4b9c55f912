import {type RuleDifference, touchesMesh} from '../../analysis/netfilter/drift/drift.js'
import {isFilterBlock, throwsAway} from '../../analysis/netfilter/drift/filter-blocks.js'
import {exemptsOwnPorts, isHarmless} from '../../analysis/netfilter/drift/harmless.js'
import type {Severity} from '../../model/finding.js'
import {defineRule} from '../rule.js'

const KIND_TEXT: Readonly<Record<RuleDifference['kind'], string>> = {
  missing: 'is missing',
  extra: 'is not expected',
  changed: 'was changed',
  moved: 'is at another position',
  foreign: 'was added by another program',
  residue: 'is left over',
  incomplete: 'could only be read in part',
  policy: 'has the policy DROP',
}

function severityOf(difference: RuleDifference): Severity {
  if (isHarmless(difference)) return 'info'
  if (touchesMesh(difference)) return 'error'
  if (difference.effective) return 'warning'
  return difference.kind === 'foreign' || throwsAway(difference) ? 'warning' : 'info'
}

/** The effect on traffic; a difference without effect on the standard packets may still drop what it matches. */
function effect(difference: RuleDifference): string {
  if (difference.gaveUp !== undefined && !difference.effective) return `: ${difference.gaveUp}`
  if (exemptsOwnPorts(difference)) return ': it exempts a port of the sidecar itself'
  const [first] = difference.effective ? difference.consequences : []
  if (first !== undefined) return `: ${first}`
  return throwsAway(difference) ? ': what it matches is dropped' : ''
}

/** Without differences that MCT1323 (filter rules) and MCT1321 (rules of another release) report. */
function own(differences: readonly RuleDifference[], otherRelease: boolean): readonly RuleDifference[] {
  return differences.filter(each => !isFilterBlock(each) && (each.effective || !otherRelease))
}

export const rule = defineRule({
  code: 'MCT1320',
  slug: 'rules-differ',
  aliases: [],
  severity: 'error',
  title: 'Kernel rules differ from the expected rules',
  why: 'Traffic bypasses the sidecar or ztunnel, or is captured unexpectedly, and no configuration shows why.',
  fix: 'Delete the pod so that it starts with fresh rules, and find what changed them; meshctl iptables POD --drift shows each rule.',
  references: ['https://istio.io/latest/docs/ops/deployment/application-requirements/'],
  modes: ['sidecar', 'ambient'],
  outsideKubernetes: true,
  needs: ['kernel', 'drift'],
  check: (_workload, {drift}) =>
    own(drift.differences, drift.otherRelease?.exactly === true).map(difference => {
      const [shown] = [...difference.expected, ...difference.actual]
      const text = shown?.text.replace(/^-A \S+ /, '')
      const what = text === undefined ? difference.place : `The rule "${text}" in ${difference.place}`
      const how = difference.gaveUp === undefined ? KIND_TEXT[difference.kind] : 'could not be compared for all packets'
      return {
        severity: severityOf(difference),
        message: `${what} ${how}${effect(difference)}.`,
        proof: [
          ...difference.expected.map(({text}) => ({from: `expected in ${difference.place}`, text})),
          ...difference.actual.map(({text}) => ({from: `found in ${difference.place}`, text})),
          {from: 'source', text: drift.via},
        ],
      }
    }),
})
