import {podLabel} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Doc} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {CountersReport} from './counters-report.js'

function headline({moved, compared, waited, changed}: CountersReport): string {
  const seconds = `${waited / 1000}s`
  const others = changed === 0 ? '' : `; ${humanCount(changed, 'rule')} changed meanwhile`
  return moved.length === 0
    ? `none of ${humanCount(compared, 'rule')} matched a packet within ${seconds}${others}`
    : `${moved.length} of ${humanCount(compared, 'rule')} matched packets within ${seconds}${others}`
}

function doc(report: CountersReport): Doc {
  const title = [{text: podLabel(report.subject), tone: 'strong'} as const, `  ${headline(report)}`]
  if (report.moved.length === 0) return [{block: 'text', lines: [title]}]
  return [
    {block: 'text', lines: [title, '']},
    {
      block: 'table',
      style: 'columns',
      header: ['PACKETS', 'BYTES', 'TOTAL', 'CHAIN', 'RULE', 'MEANING', 'TEXT'],
      rows: report.moved.map(({at, rule, packets, bytes, total, words, text}) => [
        `+${packets}`,
        `+${bytes}`,
        String(total),
        at,
        String(rule),
        words,
        {text, tone: 'dim'},
      ]),
    },
  ]
}

function data({subject, moved, compared, waited, changed, gaps}: CountersReport): unknown {
  return {
    apiVersion: 'meshctl/v1',
    kind: 'CountersReport',
    subject: podLabel(subject),
    waitedMs: waited,
    compared,
    changed,
    moved,
    notChecked: gaps,
  }
}

/** The rules that matched packets between two reads, each with how many. */
export const countersView: View<CountersReport> = {doc, data}
