import type {Block, Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {PairChange, WhatIfPairsReport} from './pairs-report.js'
import type {Readiness, ReadinessReport} from './readiness-report.js'

function row({about, clients, server, before, after, breaks, why}: PairChange): readonly Cell[] {
  return [about, clients, server, before, breaks ? {text: after, tone: 'bad'} : after, why]
}

/** What a change does to pairs: what breaks first. */
export const whatIfPairsView: View<WhatIfPairsReport> = {
  doc: ({pairs}) => {
    const sorted = [...pairs].sort((a, b) => Number(b.breaks) - Number(a.breaks))
    const broken = pairs.filter(each => each.breaks).length
    const head: Block = {
      block: 'text',
      lines: [`${pairs.length === 1 ? '1 answer changes' : `${pairs.length} answers change`}, ${broken} for the worse`],
    }
    if (pairs.length === 0) return [head]
    const header = ['ABOUT', 'CLIENTS', 'SERVER', 'BEFORE', 'AFTER', 'WHY']
    return [head, {block: 'table', style: 'columns', header, rows: sorted.map(row)}]
  },
  data: ({applied, removed, pairs}) => ({applied, removed, pairs}),
}

function readinessRow({namespace, verdict, breaks, plainPorts, requests}: Readiness): readonly Cell[] {
  return [
    namespace,
    {text: verdict, tone: verdict === 'breaks' ? 'bad' : 'good'},
    breaks.join('; ') || '-',
    plainPorts.join(', ') || '-',
    String(requests),
  ]
}

/** Whether namespaces could be switched to STRICT. */
export const readinessView: View<ReadinessReport> = {
  doc: ({namespaces, outsiders}) => [
    {
      block: 'table',
      style: 'columns',
      header: ['NAMESPACE', 'STRICT', 'BREAKS', 'CLOSED TO PLAINTEXT', 'REQUESTS SEEN'],
      rows: namespaces.map(readinessRow),
    },
    ...namespaces
      .filter(({seen}) => seen.length > 0)
      .map(
        ({namespace, seen}): Block => ({
          block: 'text',
          lines: ['', [{text: `STRICT in ${namespace} breaks:`, tone: 'bad'}], ...seen.map(each => `  ${each}`)],
        }),
      ),
    {
      block: 'text',
      lines: ['', `pods without a sidecar, which could call these ports: ${outsiders.join(', ') || 'none known'}`],
    },
  ],
  data: ({namespaces, outsiders}) => ({namespaces, outsiders}),
}
