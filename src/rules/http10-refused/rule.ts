import {logLines} from '../log-lines.js'
import {defineRule, PAGES} from '../rule.js'

/** Envoy's access log as Istio writes it, as text or JSON: an HTTP/1.0 request answered with 426 Upgrade Required. */
const REFUSED =
  /"[A-Z]+ \S+ HTTP\/1\.0" 426 |"protocol":"HTTP\/1\.0"[^\n]*"response_code":426|"response_code":426[^\n]*"protocol":"HTTP\/1\.0"/

export const rule = defineRule({
  code: 'MCT1403',
  slug: 'http10-refused',
  aliases: [],
  severity: 'warning',
  title: 'HTTP/1.0 requests are rejected',
  why: 'Envoy answers HTTP/1.0 with 426 Upgrade Required by default; nginx (towards its upstreams), old health checkers and ApacheBench send 1.0.',
  fix: 'Make the client use HTTP/1.1 (nginx: proxy_http_version 1.1), or set ISTIO_META_HTTP10: "1" in proxyMetadata, or PILOT_HTTP10=1 for istiod.',
  references: [PAGES.protocols, 'https://istio.io/latest/docs/reference/commands/pilot-discovery/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  outsideKubernetes: true,
  needs: ['proxyLog'],
  check: (_workload, {proxyLog}) => {
    const proof = logLines(proxyLog, REFUSED)
    if (proof === undefined) return []
    return [
      {
        message: 'The access log has HTTP/1.0 requests that were answered with 426 Upgrade Required.',
        proof,
      },
    ]
  },
})
