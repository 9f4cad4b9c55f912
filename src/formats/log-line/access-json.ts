import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import {FLAG_BY_LONG_NAME, RESPONSE_FLAGS} from '../../model/envoy/response-flags.js'
import {isObject, type JsonObject, lowerCamel, numberOf, textOf} from '../decode.js'
import {flatFields} from './nested-fields.js'

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

/** Fields of Envoy's own record of a request (data.accesslog.v3.ResponseFlags) that are spelled unlike the flag's long name. */
const RECORD_NAMES: Readonly<Record<string, string>> = {
  FailedLocalHealthcheck: 'LH',
  RateLimitServiceError: 'RLSE',
  UnauthorizedDetails: 'UAEX',
  InvalidEnvoyRequestHeaders: 'IH',
  UpstreamMaxStreamDurationReached: 'UMSDR',
  NoFilterConfigFound: 'NFCF',
  OverloadManager: 'OM',
  DnsResolutionFailure: 'DF',
}

/** The flags that a record of Envoy sets: `{"noHealthyUpstream": true}`. */
function flagsOfRecord(record: JsonObject): string {
  return Object.entries(record)
    .filter(([, value]) => value !== false && value !== null)
    .map(([name]) => lowerCamel(name).replace(/^./, letter => letter.toUpperCase()))
    .map(name => own(RECORD_NAMES, name) ?? name)
    .join(',')
}

function flagsOf(text: string | undefined): readonly string[] {
  return (given(text) ?? '')
    .split(',')
    .map(flag => own(FLAG_BY_LONG_NAME, flag.trim()) ?? flag.trim())
    .filter(flag => flag !== '')
}

/** Flags as text, as a list, or as the record that Envoy's access log service sends. */
function flagsIn(json: JsonObject): string | undefined {
  const found = FLAGS.map(name => json[name]).find(value => value !== undefined && value !== null)
  if (Array.isArray(found)) return found.join(',')
  return isObject(found) ? flagsOfRecord(found) : typeof found === 'string' ? found : undefined
}

const FLAGS = ['response_flags', 'responseFlags', 'response_flag', 'flags'] as const

/** Milliseconds: a number of them, or seconds with their unit (`0.002s`). */
function durationOf(json: JsonObject): number | undefined {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(textOf(json, 'latency') ?? '')?.[1]
  return numberOf(json, 'duration') ?? (seconds === undefined ? undefined : Math.round(Number(seconds) * 1000))
}

/** Reads an access-log entry in Istio's JSON format, or any JSON with its keys or Envoy's (config, access log usage), at the top or inside a record of a cloud or collector. */
export function accessFromJson(json: JsonObject): AccessLogEntry | undefined {
  return accessEntry(json) ?? accessEntry(flatFields(json))
}

function accessEntry(json: JsonObject): AccessLogEntry | undefined {
  const code = field(json, 'response_code', 'status', 'responseCode', 'status_code')
  const flags = flagsOf(flagsIn(json))
  const hasFlags = FLAGS.slice(0, 3).some(name => name in json)
  if (!hasFlags && (code === undefined || field(json, 'upstream_cluster', 'response_code_details') === undefined))
    return undefined
  const method = field(json, 'method', 'request_method', 'requestMethod')
  const path = field(json, 'path', 'x_envoy_original_path', 'requestUrl')
  const request = [method, path, field(json, 'protocol')].filter(part => part !== undefined).join(' ')
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
    details: field(json, 'response_code_details', 'response_details'),
    termination: field(json, 'connection_termination_details'),
    failure: field(json, 'upstream_transport_failure_reason'),
    duration: durationOf(json),
    requestId: field(json, 'request_id'),
    authority: field(json, 'authority', 'authority_for', 'host'),
    upstreamHost: field(json, 'upstream_host', 'serverIp'),
    cluster: field(json, 'upstream_cluster', 'upstream_cluster_raw'),
    localAddress: field(json, 'downstream_local_address'),
    remoteAddress: field(json, 'downstream_remote_address', 'remoteIp'),
    sni: field(json, 'requested_server_name'),
    route: field(json, 'route_name'),
  }
  return {...entry, ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined))}
}
