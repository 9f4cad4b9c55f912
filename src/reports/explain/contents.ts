import {RESPONSE_FLAGS} from '../../model/envoy/response-flags.js'
import {BUILT_IN} from '../../model/evidence/provenance.js'
import {ISTIO_CODES} from '../../model/vocabulary/istio-codes.js'
import {WORD_GROUPS} from '../../model/vocabulary/words.js'
import type {AnyRule} from '../../rules/any-rule.js'
import type {Report} from '../report.js'
import type {View} from '../view.js'

/** What can be explained: a kind of term, how many are known, and examples. */
export interface ContentsReport extends Report {
  readonly groups: readonly {readonly kind: string; readonly count: number; readonly examples: readonly string[]}[]
}

/** The table of contents of `explain`. */
export function contentsReport(rules: readonly AnyRule[]): ContentsReport {
  const groups = [
    {kind: 'check rule', count: rules.length, examples: rules.slice(0, 3).map(({code}) => code)},
    {kind: 'istioctl analyze code', count: Object.keys(ISTIO_CODES).length, examples: ['IST0101', 'IST0103']},
    {kind: 'Envoy response flag', count: Object.keys(RESPONSE_FLAGS).length, examples: ['UF', 'UH', 'NR,URX']},
    ...WORD_GROUPS.map(({kind, words, examples}) => ({kind, count: Object.keys(words).length, examples})),
    {kind: 'Istio port', count: 0, examples: ['15001', '15012', '15021']},
    {kind: 'iptables chain or rule', count: 0, examples: ['ISTIO_OUTPUT', 'self-call']},
    {kind: 'Envoy cluster name', count: 0, examples: ["'outbound|80|v1|reviews.demo.svc.cluster.local'"]},
    {kind: 'log line', count: 0, examples: ["'LINE'", '-f LOGFILE', '-']},
  ]
  return {
    origin: {kind: 'memory', label: 'meshctl'},
    provenance: BUILT_IN,
    gaps: [],
    notes: [],
    groups,
    next: 'Next: meshctl explain WORD...',
  }
}

/** The table of contents as a table. */
export const contentsView: View<ContentsReport> = {
  doc: ({groups}) => [
    {
      block: 'table',
      style: 'columns',
      padding: 3,
      header: ['WHAT', 'KNOWN', 'EXAMPLES'],
      rows: groups.map(({kind, count, examples}) => [kind, count === 0 ? '-' : String(count), examples.join('  ')]),
    },
  ],
  data: ({groups}) => ({apiVersion: 'meshctl/v1', kind: 'ExplanationList', items: groups}),
}
