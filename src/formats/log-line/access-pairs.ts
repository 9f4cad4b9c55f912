import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import {accessFromJson} from './access-json.js'

/** Keys that people choose in a text format for Envoy's operators (Envoy, access log usage), with the key Istio's JSON has. */
const KEYS: ReadonlyMap<string, string> = new Map([
  ['code', 'response_code'],
  ['status', 'response_code'],
  ['flags', 'response_flags'],
  ['flag', 'response_flags'],
  ['details', 'response_code_details'],
  ['cluster', 'upstream_cluster'],
  ['upstream', 'upstream_host'],
  ['host', 'authority'],
  ['route', 'route_name'],
  ['sni', 'requested_server_name'],
])
const PAIR = /(?:^|[\s,{])([A-Za-z][\w.:-]{0,60})[=:](?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g
const LEAST = 3

/** Reads an access-log line of `key=value` pairs, as custom text formats, logfmt and collectors write them; undefined for other lines. */
export function accessFromPairs(line: string): AccessLogEntry | undefined {
  if (!/(?:flags?|response_code_details)["']?[=:]/i.test(line)) return undefined
  const pairs = [...line.matchAll(PAIR)].map(([, key = '', quoted, bare]) => {
    const name = key.toLowerCase()
    return [KEYS.get(name) ?? name, quoted ?? bare ?? ''] as const
  })
  if (pairs.length < LEAST) return undefined
  const json = new Map<string, string>()
  for (const [name, value] of pairs) if (!json.has(name)) json.set(name, value)
  const known = json.has('response_flags') || json.has('response_code_details')
  if (!known || !/^\d{1,3}$/.test(json.get('response_code') ?? '')) return undefined
  const found = accessFromJson({response_flags: '-', ...Object.fromEntries(json)})
  // A line without a status and a path is not one of TCP: its format may have neither.
  return found === undefined ? undefined : {...found, form: 'fragment', tcp: json.get('response_code') === '0'}
}
