import {definedFields} from '../../model/collections/defined-fields.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {Prediction} from './prediction.js'
import type {RequestChange, WhatIfReport} from './report.js'

function shown({outcome, status, kind, policy}: Prediction) {
  return {outcome, status, kind, policy}
}

function row({from, to, request, before, after, why}: RequestChange): readonly Cell[] {
  return [from, to, request, before.kind, {text: after.kind, tone: 'warn'}, why]
}

/** What a change does: one row for each request that changes; as JSON one line for each request. */
export const whatIfView: View<WhatIfReport> = {
  doc: ({requests}) => {
    const changed = requests.filter(each => each.changed)
    const broken = changed.filter(each => each.breaks).length
    const summary = `${changed.length} of ${humanCount(requests.length, 'request')} change, ${broken} that worked would fail`
    return [
      {block: 'text' as const, lines: [summary]},
      ...(changed.length === 0
        ? []
        : [
            {
              block: 'table' as const,
              style: 'columns' as const,
              header: ['FROM', 'TO', 'REQUEST', 'BEFORE', 'AFTER', 'WHY'],
              rows: changed.map(row),
            },
          ]),
    ]
  },
  data: ({requests}) =>
    requests.map(({id, before, after, changed, breaks, seen, why}) => ({
      id,
      before: shown(before),
      after: shown(after),
      changed,
      breaks,
      ...definedFields({seen}),
      why,
    })),
  jsonLines: true,
}
