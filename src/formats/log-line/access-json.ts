import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import {RESPONSE_FLAGS} from '../../model/envoy/response-flags.js'
import {type JsonObject, numberOf, textOf} from '../decode.js'

function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text === '-' ? undefined : text
}

/** A field under any of its names, a number as text. */
function field(json: JsonObject, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = textOf(json, name) ?? numberOf(json, name)?.toString()
    if (given(found) !== undefined) return found
  }
  return undefined
}

const LONG_NAMES: Readonly<Record<string, string>> = {
  NoHealthyUpstream: 'UH',
  UpstreamConnectionFailure: 'UF',
  UpstreamOverflow: 'UO',
  NoRouteFound: 'NR',
  NoClusterFound: 'NC',
  UpstreamRetryLimitExceeded: 'URX',
  UpstreamRequestTimeout: 'UT',
  UpstreamConnectionTermination: 'UC',
  UpstreamRemoteReset: 'UR',
  LocalReset: 'LR',
  UpstreamProtocolError: 'UPE',
  DownstreamConnectionTermination: 'DC',
  DownstreamRemoteReset: 'DR',
  DownstreamProtocolError: 'DPE',
  DurationTimeout: 'DT',
  StreamIdleTimeout: 'SI',
  UnauthorizedExternalService: 'UAEX',
  RateLimited: 'RL',
  FaultInjected: 'FI',
  DelayInjected: 'DI',
  OverloadManagerTerminated: 'OM',
  DnsResolutionFailed: 'DF',
}

function flagsOf(text: string | undefined): readonly string[] {
  return (given(text) ?? '')
    .split(',')
    .map(flag => own(LONG_NAMES, flag.trim()) ?? flag.trim())
    .filter(flag => flag !== '')
}

/** Reads an access-log entry in Istio's JSON format, or any JSON with its keys or Envoy's (config, access log usage). */
export function accessFromJson(json: JsonObject): AccessLogEntry | undefined {
  const code = field(json, 'response_code', 'status', 'responseCode')
  const flags = flagsOf(field(json, 'response_flags', 'responseFlags', 'flags'))
  const hasFlags = 'response_flags' in json || 'responseFlags' in json
  if (!hasFlags && (code === undefined || field(json, 'upstream_cluster', 'response_code_details') === undefined))
    return undefined
  const method = field(json, 'method')
  const request = [method, field(json, 'path', 'x_envoy_original_path'), field(json, 'protocol')]
    .filter(part => part !== undefined)
    .join(' ')
  const entry: AccessLogEntry = {
    kind: 'access',
    form: 'json',
    time: field(json, 'start_time', 'time', 'timestamp') ?? '',
    ...definedFields({request: method === undefined ? undefined : request}),
    tcp: method === undefined,
    flags: flags.filter(flag => Object.hasOwn(RESPONSE_FLAGS, flag)),
  }
  const optional = {
    code,
    details: field(json, 'response_code_details'),
    termination: field(json, 'connection_termination_details'),
    failure: field(json, 'upstream_transport_failure_reason'),
    duration: numberOf(json, 'duration'),
    requestId: field(json, 'request_id'),
    authority: field(json, 'authority'),
    upstreamHost: field(json, 'upstream_host'),
    cluster: field(json, 'upstream_cluster', 'upstream_cluster_raw'),
    localAddress: field(json, 'downstream_local_address'),
    remoteAddress: field(json, 'downstream_remote_address'),
    sni: field(json, 'requested_server_name'),
    route: field(json, 'route_name'),
  }
  return {...entry, ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined))}
}
