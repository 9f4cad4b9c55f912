import {reportedFailures} from '../../analysis/pod-failures/statements.js'
import {defineRule, PAGES} from '../rule.js'

/** Characters of a message that are shown. */
const SHOWN = 400

function quoted(message: string): string {
  const text = message.replaceAll(/\s+/g, ' ').trim()
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`
}

export const rule = defineRule({
  code: 'MCT1425',
  slug: 'kubernetes-reports',
  aliases: [],
  severity: 'error',
  title: 'Kubernetes reports why pods do not start',
  why: 'The pod is not created or does not start, and the status or an event of the object says why.',
  fix: 'Change what the message names.',
  references: [PAGES.podSecurity, 'https://istio.io/latest/docs/ops/common-problems/injection/'],
  modes: ['sidecar', 'ambient', 'gateway', 'waypoint', 'proxyless', 'ztunnel', 'control-plane', 'none'],
  includeTerminated: true,
  needs: [],
  needsToPass: ['status'],
  uses: ['events', 'nodes'],
  check: ({pod}, {events = [], nodes = []}) =>
    reportedFailures(pod, events, nodes).map(({cause, from, reason, message, container}) => ({
      severity: cause.severity,
      message: `${reason}${container === undefined ? '' : ` in container ${container}`}: ${cause.text}${message === '' ? '.' : ` ("${quoted(message)}").`}`,
      fix: cause.fix,
      proof: [{from, text: message === '' ? reason : quoted(message)}],
    })),
})
