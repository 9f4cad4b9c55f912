import {logLines} from '../log-lines.js'
import {defineRule, PAGES} from '../rule.js'

/** Envoy's access log as Istio writes it, as text or JSON, for bytes that are no HTTP; and what it says at level debug. */
const REFUSED =
  /" 400 DPE http[12]\.\S*error |"response_code":400\b[^\n]*"response_flags":"DPE"|"response_flags":"DPE"[^\n]*"response_code":400\b|http\/1\.1 protocol error/

export const rule = defineRule({
  code: 'MCT1407',
  slug: 'http-not-understood',
  aliases: [],
  severity: 'warning',
  title: 'Bytes that are no HTTP arrive at an HTTP port',
  why: 'The proxy takes the port for HTTP, cannot read what comes, answers 400 and closes (flag DPE). Most often it is TLS of the client, or a protocol of its own on a port called http.',
  fix: 'Find the port in the log line. Name it tcp-… or https-… if that is what it carries, and give two Services with one targetPort the same protocol; or let the client speak plain HTTP.',
  references: [PAGES.protocols],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['proxyLog'],
  check: (_workload, {proxyLog}) => {
    const proof = logLines(proxyLog, REFUSED)
    if (proof === undefined) return []
    return [
      {
        message: 'The log has connections whose bytes could not be read as HTTP; they were answered with 400.',
        proof,
      },
    ]
  },
})
