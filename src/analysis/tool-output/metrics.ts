import {RESPONSE_FLAGS} from '../../model/envoy/response-flags.js'
import type {MetricSample} from '../../model/evidence/tool-output.js'
import {grouped} from './grouped.js'

/** What metrics above zero say (istio.io, "pilot-discovery" and "pilot-agent", exported metrics). */
const ABOVE_ZERO: readonly (readonly [RegExp, string])[] = [
  [
    /^pilot_total_xds_rejects|^pilot_xds_(?:cds|lds|rds|eds)_reject/,
    'configurations of istiod that proxies rejected: meshctl proxy-status names the proxies',
  ],
  [/^pilot_xds_push_errors|^pilot_total_xds_internal_errors|^pilot_xds_write_timeout/, 'pushes of istiod that failed'],
  [
    /^pilot_conflict_outbound_listener|^pilot_conflict_inbound_listener/,
    'listeners that clash: two Services have one port with different protocols (explain IST0158, MCT1103)',
  ],
  [
    /^pilot_eds_no_instances/,
    'clusters without endpoints: Services or subsets that select no ready pod; clients get 503 (UH)',
  ],
  [/^pilot_no_ip/, 'pods without an address, which are not endpoints yet'],
  [/^pilot_endpoint_not_ready/, 'endpoints that are not ready and get no traffic'],
  [/^pilot_duplicate_envoy_clusters/, 'clusters with equal names, of which one is used'],
  [/^pilot_vservice_dup_domain/, 'VirtualServices with the same host, of which one is used (explain IST0109)'],
  [/^pilot_virt_services_rejected|^galley_validation_failed/, 'objects that validation refused'],
  [/^pilot_k8s_(?:reg|cfg)_events.*error|^pilot_k8s_cfg_list_errors/, 'errors in reading from the API server'],
  [/^sidecar_injection_failure_total/, 'injections that failed: pods were not created or have no sidecar'],
  [
    /^citadel_server_(?:csr_parsing_err|authentication_failure|csr_sign_err)/,
    'certificate requests (CSR) that istiod refused',
  ],
  [
    /^istio_agent_num_(?:failed_outgoing|outgoing)_requests?$|^istio_agent_num_failed_outgoing_requests/,
    'requests of the agent that failed (csr: its certificate requests to istiod)',
  ],
  [/^istio_agent_istiod_connection_failures/, 'connections of the agent to istiod that failed'],
  [/^istio_agent_istiod_connection_(?:terminations|errors)/, 'connections of the agent to istiod that ended'],
  [/^istio_tcp_connections_failed/, 'TCP connections that failed'],
  [/^istio_xds_connection_terminations/, 'xDS connections of ztunnel that ended'],
]

/** What a metric of istiod, or an entry of its push status under the same name, says when it is above zero. */
export function metricMeaning(name: string): string | undefined {
  return ABOVE_ZERO.find(([pattern]) => pattern.test(name))?.[1]
}

function where(labels: MetricSample['labels']): string {
  const shown = [
    'type',
    'event',
    'reason',
    'request_type',
    'pod',
    'destination_service',
    'source_workload',
    'response_flags',
    'resource_name',
    'node',
    'err',
  ]
  const parts = shown.flatMap(name => {
    const text = (labels[name] ?? '').replace(/^type\.googleapis\.com\/.*\./, '')
    return text === '' || text === '-' ? [] : [`${name} ${text}`]
  })
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

function requests({name, labels, value}: MetricSample): readonly string[] {
  const {response_code: code = '', response_flags: flags = '-', connection_security_policy: policy, reporter} = labels
  const failed = /^[45]\d\d$|^0$/.test(code) || flags !== '-'
  const names = flags.split(',').flatMap(flag => RESPONSE_FLAGS[flag]?.[0] ?? [])
  const amount = name === '' ? `${value} (a sum or rate, which has no name in the answer) of` : value
  const target = labels.destination_service ?? labels.destination_workload ?? 'an unknown service'
  return [
    ...(failed
      ? [
          `${amount} requests to ${target} from ${labels.source_workload ?? 'unknown'}: ${code}${flags === '-' ? '' : ` ${flags}`}${names.length === 0 ? '' : `: ${names.join('; ')}`}`,
        ]
      : []),
    ...(reporter === 'destination' && policy === 'none'
      ? [
          `${amount} requests reached ${target} in plaintext (connection_security_policy none): the callers sent no mTLS`,
        ]
      : []),
  ]
}

/** TCP connections that ended with a response flag (istio.io, "Istio Standard Metrics"). */
function failedConnections({labels, value}: MetricSample): readonly string[] {
  const flags = labels.response_flags ?? '-'
  const names = flags.split(',').flatMap(flag => RESPONSE_FLAGS[flag]?.[0] ?? [])
  if (names.length === 0) return []
  const target = labels.destination_service ?? labels.destination_workload ?? 'an unknown service'
  return [
    `${value} TCP connections to ${target} from ${labels.source_workload ?? 'unknown'}: ${flags}: ${names.join('; ')}`,
  ]
}

/** The average of a histogram, from its sum and count. */
function average(samples: readonly MetricSample[], name: string): number | undefined {
  const total = (suffix: string) =>
    samples.filter(each => each.name === `${name}_${suffix}`).reduce((sum, {value}) => sum + value, 0)
  const count = total('count')
  return count > 0 ? total('sum') / count : undefined
}

/** Seconds from a change to its arrival above which proxies act on old configuration for long. */
const SLOW = 5

function convergence(samples: readonly MetricSample[]): readonly string[] {
  const seconds = average(samples, 'pilot_proxy_convergence_time')
  return seconds === undefined || seconds < SLOW
    ? []
    : [
        `a change of configuration reaches the proxies after ${seconds.toFixed(1)} s on average (pilot_proxy_convergence_time): istiod is slow (CPU, memory, number of proxies and Services; Sidecar objects make configurations smaller)`,
      ]
}

/** Series of exporters that write the states of proxy-status as labels: the kinds that are not in sync; undefined for other series. */
function syncStates(labels: MetricSample['labels']): readonly string[] | undefined {
  if (labels.cds === undefined || labels.lds === undefined) return undefined
  const name = labels.pod_name ?? labels.pod ?? labels.proxy ?? labels.name ?? 'a proxy without a name'
  const namespace = labels.namespace ?? labels.pod_namespace
  const behind = ['cds', 'lds', 'eds', 'rds', 'ecds'].filter(kind => /^STALE|^ERROR/i.test(labels[kind] ?? ''))
  return behind.map(
    kind =>
      `proxy ${namespace === undefined ? '' : `${namespace}/`}${name}: ${kind.toUpperCase()} is ${labels[kind]}: istiod sent configuration that the proxy has not acknowledged (explain MCT1907)`,
  )
}

function sampleSentences(sample: MetricSample): readonly string[] {
  const {name, labels, value} = sample
  if (name === '' || /^istio_requests_total$/.test(name)) return value > 0 ? requests(sample) : []
  if (/^istio_tcp_connections_(?:opened|closed)_total$/.test(name)) return value > 0 ? failedConnections(sample) : []
  if (name === 'istio_agent_cert_expiry_seconds')
    return value < 0
      ? [
          `the certificate of the proxy expired ${-value} s ago${where(labels)}: mTLS fails until istiod signs a new one`,
        ]
      : []
  const states = syncStates(labels)
  if (states !== undefined) return states
  const what = value > 0 && !/_bucket$/.test(name) ? metricMeaning(name) : undefined
  return what === undefined ? [] : [`${name} ${value}${where(labels)}: ${what}`]
}

/** What metrics of istiod, of the agents and of requests say of faults. */
export function metricFindings(samples: readonly MetricSample[]): readonly string[] {
  const found = [...convergence(samples), ...samples.flatMap(sampleSentences)]
  return found.length === 0
    ? [`none of ${samples.length} metrics of the mesh shows a fault`]
    : grouped(found, 'metrics')
}
