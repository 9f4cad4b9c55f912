import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {at, listOf, textOf} from '../decode.js'
import {type PlacedText, textsWithin} from './placed-text.js'

/** Names of filters that Envoy removed, with those that replace them (Envoy, version history). */
const REPLACED: ReadonlyMap<string, string> = new Map([
  ['envoy.http_connection_manager', 'envoy.filters.network.http_connection_manager'],
  ['envoy.tcp_proxy', 'envoy.filters.network.tcp_proxy'],
  ['envoy.router', 'envoy.filters.http.router'],
  ['envoy.lua', 'envoy.filters.http.lua'],
  ['envoy.cors', 'envoy.filters.http.cors'],
  ['envoy.fault', 'envoy.filters.http.fault'],
  ['envoy.buffer', 'envoy.filters.http.buffer'],
  ['envoy.ext_authz', 'envoy.filters.http.ext_authz'],
  ['envoy.rate_limit', 'envoy.filters.http.ratelimit'],
  ['envoy.gzip', 'envoy.filters.http.compressor'],
  ['envoy.grpc_web', 'envoy.filters.http.grpc_web'],
  ['envoy.grpc_json_transcoder', 'envoy.filters.http.grpc_json_transcoder'],
  ['envoy.health_check', 'envoy.filters.http.health_check'],
  ['envoy.listener.tls_inspector', 'envoy.filters.listener.tls_inspector'],
  ['envoy.listener.http_inspector', 'envoy.filters.listener.http_inspector'],
])

/** A name or type in an EnvoyFilter that Envoy no longer has; `instead` is empty where there is no single successor. */
export interface OldName extends PlacedText {
  readonly instead: string
}

/** Types of version 2 of Envoy's API, such as envoy.config.filter.http.lua.v2.Lua and envoy.api.v2.Listener. */
function isVersion2(type: string): boolean {
  return /^type\.googleapis\.com\/envoy\.(?:.+\.)?(?:v2|v2alpha\d*|v1alpha\d*)\.[A-Za-z.]+$/.test(type)
}

function typesIn(value: unknown, path: string): readonly OldName[] {
  return textsWithin(value, path)
    .filter(each => each.path.endsWith('["@type"]') && isVersion2(each.value))
    .map(each => ({...each, instead: ''}))
}

/** The names of filters an EnvoyFilter matches, and the types it inserts, that Envoy no longer has. */
export function oldNames({raw}: ConfigObject): readonly OldName[] {
  return listOf(raw, 'spec', 'configPatches').flatMap((patch, index) => {
    const base = `spec.configPatches[${index}]`
    const places = [
      ['match', 'listener', 'filterChain', 'filter', 'name'],
      ['match', 'listener', 'filterChain', 'filter', 'subFilter', 'name'],
    ]
    const names = places.flatMap((place): readonly OldName[] => {
      const value = textOf(patch, ...place) ?? ''
      const instead = REPLACED.get(value)
      return instead === undefined ? [] : [{value, path: `${base}.${place.join('.')}`, instead}]
    })
    return [...names, ...typesIn(at(patch, 'patch', 'value'), `${base}.patch.value`)]
  })
}
