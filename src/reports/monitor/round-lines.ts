import {objectLabel} from '../../model/kube/pod.js'
import {escapeLines} from '../../terminal/escape.js'
import {findingData} from '../check/forms/data.js'
import type {FindingChange} from './finding-changes.js'
import type {MonitorRound} from './monitor.js'

/** The forms of what a monitor prints: a line a change for people, or JSON a line for programs. */
export const MONITOR_FORMS = ['lines', 'json'] as const

export type MonitorForm = (typeof MONITOR_FORMS)[number]

function textLine(at: string, {state, finding}: FindingChange): string {
  const {severity, code, workload, message, fix} = finding
  const what = `${at} ${state === 'found' ? severity.toUpperCase() : 'RESOLVED'} ${code} ${objectLabel(workload)}: ${message}`
  return escapeLines(state === 'found' && severity !== 'info' ? `${what} Fix: ${fix}` : what)
}

function jsonLine(at: string, {state, finding}: FindingChange): string {
  return JSON.stringify({apiVersion: 'meshctl/v1', kind: 'FindingChange', at, state, finding: findingData(finding)})
}

/** What changed in a round, a line each; empty when nothing did. */
export function roundLines({at, changes}: MonitorRound, form: MonitorForm): string {
  const line = form === 'json' ? jsonLine : textLine
  return changes.map(change => `${line(at.toISOString(), change)}\n`).join('')
}
