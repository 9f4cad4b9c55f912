import type {Waypoint} from '../../model/istio/waypoint.js'
import type {Block, Cell} from '../../terminal/doc.js'
import {orDash} from '../or-dash.js'
import type {View} from '../view.js'
import type {WaypointReport, WaypointRow} from './report.js'

const NONE: Block = {block: 'text', lines: ['No waypoints found.']}
const WIDE = ['PODS', 'USED BY', 'PROBLEM']

function wideCells({pods, usedBy, problems}: WaypointRow): readonly Cell[] {
  const count = pods === undefined ? '?' : `${pods.ready}/${pods.all}`
  return [
    pods?.ready === 0 ? {text: count, tone: 'bad'} : count,
    orDash(usedBy.join(', ')),
    problems.length === 0 ? '-' : {text: problems.join('; '), tone: 'bad'},
  ]
}

function table(
  header: readonly string[],
  cells: (waypoint: Waypoint) => readonly string[],
): (report: WaypointReport, wide: boolean) => readonly Block[] {
  return ({rows, none, everywhere}, wide) => {
    if (none) return [NONE]
    const line = (row: WaypointRow) => [
      ...(everywhere ? [row.waypoint.namespace] : []),
      row.waypoint.name,
      ...cells(row.waypoint),
      ...(wide ? wideCells(row) : []),
    ]
    const names = [...(everywhere ? ['NAMESPACE'] : []), 'NAME', ...header, ...(wide ? WIDE : [])]
    return [{block: 'table', style: 'columns', padding: 5, header: names, rows: rows.map(line)}]
  }
}

function data({rows}: WaypointReport): unknown {
  return {
    apiVersion: 'meshctl/v1',
    kind: 'WaypointList',
    items: rows.map(({waypoint: {name, namespace, revision, traffic, conditions}, pods, usedBy, problems}) => ({
      name,
      namespace,
      revision,
      traffic: traffic ?? 'none',
      conditions,
      pods: pods ?? null,
      usedBy,
      problems,
    })),
  }
}

const listTable = table(['REVISION', 'TRAFFIC TYPE', 'PROGRAMMED'], ({revision, traffic, conditions}) => [
  revision,
  traffic ?? 'none',
  conditions.find(({type}) => type === 'Programmed')?.status ?? 'False',
])

const statusTable = table(['STATUS', 'TYPE', 'REASON', 'MESSAGE'], ({conditions}) => {
  const shown = conditions.find(({type, status}) => type === 'Programmed' && status === 'True') ?? conditions.at(-1)
  return shown === undefined ? ['', '', '', ''] : [shown.status, shown.type, shown.reason, shown.message]
})

/** istioctl's list of waypoints; wide adds their pods, who uses them, and what is wrong. */
export const waypointListView: View<WaypointReport> = {
  namedBy: 'NAME',
  doc: (report, form) => listTable(report, form === 'wide'),
  data,
}

/** istioctl's status of waypoints; wide adds their pods, who uses them, and what is wrong. */
export const waypointStatusView: View<WaypointReport> = {
  doc: (report, form) => statusTable(report, form === 'wide'),
  data,
}
