import {logLines} from '../log-lines.js'
import {defineRule, PAGES} from '../rule.js'

/** Access log lines (text or JSON) for bytes that are not HTTP, and the message at level debug. */
const REFUSED =
  /" 400 DPE http[12]\.\S*error |"response_code":400\b[^\n]*"response_flags":"DPE"|"response_flags":"DPE"[^\n]*"response_code":400\b|http\/1\.1 protocol error/

export const rule = defineRule({
  code: 'MCT1407',
  slug: 'http-not-understood',
  aliases: [],
  severity: 'warning',
  title: 'Non-HTTP traffic on an HTTP port',
  why: 'The proxy cannot parse the bytes as HTTP, answers 400 and closes the connection (flag DPE); most often the client sends TLS, or the application uses another protocol on a port named http.',
  fix: 'Find the port in the log line. Name it tcp-… or https-… if that is what it carries, and give two Services with one targetPort the same protocol; or make the client send plain HTTP.',
  references: [PAGES.protocols],
  modes: ['sidecar', 'gateway', 'waypoint'],
  outsideKubernetes: true,
  needs: ['proxyLog'],
  check: (_workload, {proxyLog}) => {
    const proof = logLines(proxyLog, REFUSED)
    if (proof === undefined) return []
    return [
      {
        message: 'The log has connections that Envoy could not parse as HTTP and answered with 400.',
        proof,
      },
    ]
  },
})
