import {RESPONSE_FLAGS} from '../../model/response-flags.js'
import {ISTIO_CODES} from '../../model/vocabulary/istio-codes.js'
import {WORD_GROUPS} from '../../model/vocabulary/words.js'
import type {Rule} from '../../rules/rule.js'
import type {Report} from '../report.js'
import type {View} from '../view.js'

/** What can be explained: a kind of words, how many there are, some of them. */
export interface ContentsReport extends Report {
  readonly groups: readonly {readonly kind: string; readonly count: number; readonly examples: readonly string[]}[]
}

/** The table of contents of `explain`. */
export function contentsReport(rules: readonly Rule[]): ContentsReport {
  const groups = [
    {kind: 'rule of check', count: rules.length, examples: rules.slice(0, 3).map(({code}) => code)},
    {kind: 'code of istioctl analyze', count: Object.keys(ISTIO_CODES).length, examples: ['IST0101', 'IST0103']},
    {kind: 'response flag of Envoy', count: Object.keys(RESPONSE_FLAGS).length, examples: ['UF', 'UH', 'NR,URX']},
    ...WORD_GROUPS.map(({kind, words, examples}) => ({kind, count: Object.keys(words).length, examples})),
    {kind: 'port of the mesh', count: 0, examples: ['15001', '15012', '15021']},
    {kind: 'chain or kind of kernel rule', count: 0, examples: ['ISTIO_OUTPUT', 'self-call']},
    {kind: 'cluster name of Istio', count: 0, examples: ["'outbound|80|v1|reviews.demo.svc.cluster.local'"]},
    {kind: 'line of a log', count: 0, examples: ["'LINE'", '-f LOGFILE', '-']},
  ]
  return {
    origin: {kind: 'memory', label: 'meshctl'},
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
