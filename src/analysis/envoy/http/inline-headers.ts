// Envoy's inline headers: repeated ones are joined into one comma-separated value.
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers

const CORE = [
  'x-client-trace-id x-envoy-downstream-service-cluster x-envoy-downstream-service-node x-envoy-external-address',
  'x-envoy-force-trace x-envoy-hedge-on-per-try-timeout x-envoy-ip-tags x-envoy-max-retries x-envoy-original-host',
  'x-envoy-original-path x-envoy-retriable-header-names x-envoy-retriable-status-codes x-envoy-retry-on',
  'x-envoy-retry-grpc-on x-envoy-upstream-alt-stat-name x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response x-envoy-upstream-rq-timeout-ms x-envoy-upstream-stream-duration-ms',
  'x-envoy-expected-rq-timeout-ms x-envoy-attempt-count x-envoy-decorator-operation x-envoy-internal',
  'expect x-forwarded-client-cert x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto grpc-timeout',
  ':authority :method :path :protocol :scheme te user-agent connection content-length content-type keep-alive',
  'proxy-connection x-request-id transfer-encoding upgrade via grpc-accept-encoding',
]
/** Registered by filters of the standard build. */
const REGISTERED = [
  'accept accept-encoding authorization cache-control content-encoding origin referer pragma',
  'access-control-request-headers access-control-request-method access-control-request-private-network',
  'if-match if-none-match if-modified-since if-unmodified-since if-range',
]

const INLINE = new Set([...CORE, ...REGISTERED].join(' ').split(' '))

/** Joins repeated inline headers, and over HTTP/2 the crumbs of Cookie. */
export function joinInline(
  headers: readonly (readonly [string, string])[],
  http2: boolean,
): readonly (readonly [string, string])[] {
  const out: [string, string][] = []
  for (const [name, value] of headers) {
    const separator = http2 && name === 'cookie' ? '; ' : INLINE.has(name) ? ',' : undefined
    const before = separator === undefined ? undefined : out.find(([each]) => each === name)
    if (before === undefined || separator === undefined) out.push([name, value])
    else before[1] = `${before[1]}${separator}${value}`
  }
  return out
}
