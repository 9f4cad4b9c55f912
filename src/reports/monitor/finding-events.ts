import type {Finding} from '../../model/finding.js'
import {fingerprint} from '../check/evaluate/fingerprint.js'
import {apiOfKind} from '../check/forms/policy-report.js'
import type {FindingChange} from './finding-changes.js'

/** Events of one round: more would flood etcd; the rest is in the metrics and in PolicyReports. */
const MAX_EVENTS = 20

/** Kubernetes limits the name of an object to a DNS subdomain, and the message of an Event to 1,024 bytes (Event v1). */
const NAME_LENGTH = 200
const MESSAGE_BYTES = 1024

function eventOf({code, severity, workload, message}: Finding, name: string, at: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {name, namespace: workload.namespace},
    involvedObject: {apiVersion: apiOfKind(workload.kind), ...workload},
    reason: code,
    message: Buffer.from(message)
      .subarray(0, MESSAGE_BYTES)
      .toString('utf8')
      .replace(/\uFFFD$/, ''),
    type: severity === 'info' ? 'Normal' : 'Warning',
    source: {component: 'meshctl'},
    reportingComponent: 'meshctl',
    reportingInstance: 'meshctl',
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  }
}

/** The Events of the errors and warnings that began, each named by its workload and what identifies the finding; and how many are left out. */
export function findingEvents(
  changes: readonly FindingChange[],
  at: Date,
): {readonly events: readonly {readonly namespace: string; readonly event: object}[]; readonly leftOut: number} {
  const time = at.toISOString().replace(/\.\d+Z$/, 'Z')
  const found = changes.filter(({state, finding}) => state === 'found' && finding.severity !== 'info')
  const events = found.slice(0, MAX_EVENTS).map(({finding}) => {
    const {namespace, name} = finding.workload
    return {namespace, event: eventOf(finding, `${name.slice(0, NAME_LENGTH)}.${fingerprint(finding)}`, time)}
  })
  return {events, leftOut: found.length - events.length}
}
