import {type Difference, touchesMesh} from '../../analysis/netfilter/drift/drift.js'
import {isFilterBlock, throwsAway} from '../../analysis/netfilter/drift/filter-blocks.js'
import type {Severity} from '../../model/finding.js'
import {defineRule} from '../rule.js'

const WORDS: Readonly<Record<Difference['kind'], string>> = {
  missing: 'is missing',
  extra: 'is not expected',
  changed: 'was changed',
  moved: 'stands in another place',
  foreign: 'comes from somebody else',
  residue: 'is left over',
  incomplete: 'is shown only in part',
  policy: 'has the policy DROP',
}

function severityOf(difference: Difference): Severity {
  if (touchesMesh(difference)) return 'error'
  if (difference.effective) return 'warning'
  return difference.kind === 'foreign' || throwsAway(difference) ? 'warning' : 'info'
}

/** What follows for traffic; a difference no usual packet notices may still drop what it names. */
function effect(difference: Difference): string {
  const [first] = difference.effective ? difference.consequences : []
  if (first !== undefined) return `: ${first}`
  return throwsAway(difference) ? ': what it matches is dropped' : ''
}

/** What blocks packets in table filter, and rules that are another release's and do the same, are other rules' findings. */
function own(differences: readonly Difference[], otherRelease: boolean): readonly Difference[] {
  return differences.filter(each => !isFilterBlock(each) && (each.effective || !otherRelease))
}

export const rule = defineRule({
  code: 'MCT1320',
  slug: 'rules-differ',
  aliases: [],
  severity: 'error',
  title: "The kernel's rules are not those the pod should have",
  why: 'Somebody or something changed them after the pod started: traffic goes past the sidecar, or to it where it should not, and no configuration shows it.',
  fix: 'Delete the pod, so that it starts with fresh rules, and find what changed them; meshctl iptables POD --drift shows each rule.',
  references: ['https://istio.io/latest/docs/ops/deployment/application-requirements/'],
  modes: ['sidecar', 'ambient'],
  needs: ['kernel', 'drift'],
  check: (_workload, {drift}) =>
    own(drift.differences, drift.otherRelease?.exactly === true).map(difference => {
      const [shown] = [...difference.expected, ...difference.actual]
      const text = shown?.text.replace(/^-A \S+ /, '')
      const what = text === undefined ? difference.place : `The rule "${text}" in ${difference.place}`
      return {
        severity: severityOf(difference),
        message: `${what} ${WORDS[difference.kind]}${effect(difference)}.`,
        proof: [
          ...difference.expected.map(({text}) => ({from: `expected in ${difference.place}`, text})),
          ...difference.actual.map(({text}) => ({from: `found in ${difference.place}`, text})),
          {from: 'expected from', text: drift.via},
        ],
      }
    }),
})
