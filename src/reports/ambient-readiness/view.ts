import {humanCount} from '../../model/text/human-count.js'
import type {Block, Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {type ReadinessEffect, type ReadinessItem, readinessDocUrl} from './item.js'
import type {AmbientReadinessReport} from './report.js'

const HEADINGS: Readonly<Record<ReadinessEffect, string>> = {
  breaks: 'Breaks',
  waypoint: 'Needs a waypoint',
  changes: 'Changes',
}

const VERDICTS: Readonly<Record<AmbientReadinessReport['verdict'], string>> = {
  ready: 'ready for ambient mode: nothing found that breaks or needs a waypoint.',
  'needs-waypoint': 'can move to ambient mode with a waypoint.',
  blocked: 'is not ready for ambient mode.',
  'in-ambient': 'is in ambient mode already.',
}

function summary({namespace, verdict, workloads, withSidecar, items}: AmbientReadinessReport): string {
  const count = (effect: ReadinessEffect) => items.filter(each => each.effect === effect).length
  const counts = `${count('breaks')} will break, ${count('waypoint')} need a waypoint, ${count('changes')} will change`
  const pods = `${humanCount(workloads, 'workload')}, ${humanCount(withSidecar, 'pod')} with a sidecar`
  return `Namespace ${namespace} ${VERDICTS[verdict]} ${pods}; ${counts}.`
}

function itemLines({object, field, message, fix, doc}: ReadinessItem): readonly Cell[] {
  return [
    `  ${object}${field === undefined ? '' : `: ${field}`}`,
    `    ${message}`,
    `    fix  ${fix}`,
    {text: `    see  ${readinessDocUrl(doc)}`, tone: 'dim'},
  ]
}

function blocks(report: AmbientReadinessReport): readonly Block[] {
  const verdict: Cell = {text: summary(report), tone: report.failing === true ? 'warn' : 'good'}
  const groups = (Object.keys(HEADINGS) as ReadinessEffect[]).flatMap((effect): Block[] => {
    const items = report.items.filter(each => each.effect === effect)
    if (items.length === 0) return []
    return [{block: 'text', lines: [HEADINGS[effect], ...items.flatMap(itemLines)]}]
  })
  return [{block: 'text', lines: [verdict]}, ...groups]
}

/** What a move to ambient mode means for a namespace, the worst first. */
export const ambientReadinessView: View<AmbientReadinessReport> = {
  doc: (report, form) => (form === 'short' ? [{block: 'text', lines: [summary(report)]}] : blocks(report)),
  data: ({namespace, verdict, workloads, withSidecar, items}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'AmbientReadiness',
    namespace,
    verdict,
    workloads,
    withSidecar,
    items: items.map(({doc, ...rest}) => ({...rest, documentation: readinessDocUrl(doc)})),
  }),
}
