import {definedFields} from '../../model/collections/defined-fields.js'
import {clusterNameParts} from '../../model/envoy/envoy-cluster.js'

/** One resource that Envoy rejected, and its error message. */
export interface Rejection {
  readonly resource?: string
  readonly message: string
  /** The kind of Istio object the resource was probably generated from, and the reason for that. */
  readonly origin?: {readonly kind: string; readonly because: string; readonly host?: string}
}

/** Clusters every Istio proxy has that follow no `direction|port|subset|host` name (pilot/pkg/networking/util). */
const BUILT_IN =
  /^(BlackHoleCluster|PassthroughCluster|InboundPassthroughCluster\w*|prometheus_stats|agent|sds-grpc|sds-external|xds-grpc|zipkin|inbound-vip\|.*|connect_originate|main_internal|encap|internal_outbound)$/

/** Listeners Istio itself generates: the two virtual ones, address_port pairs, and the fixed ports of the proxy. */
const LISTENER =
  /^(virtualInbound|virtualOutbound|connect_\w+|main_internal|[\d.]+_\d+|[0-9a-fA-F:]+_\d+|\[?[0-9a-fA-F:.]+\]?_\d+|\S+_\d+)$/

/** Words in Envoy's error messages that identify the kind of object the resource was generated from. */
const KIND_HINTS: readonly (readonly [RegExp, string, string])[] = [
  [/jwt_authn|jwks/i, 'RequestAuthentication', 'the rejected part is its JWT filter'],
  [/\brbac\b/i, 'AuthorizationPolicy', 'the rejected part is the RBAC filter'],
  [/\bwasm\b/i, 'WasmPlugin', 'the rejected part is a Wasm filter'],
  [/\blua\b/i, 'EnvoyFilter', 'Istio itself generates no Lua filters'],
  [/certificate|private key|tls context/i, 'Gateway', 'the rejected part is a TLS certificate'],
  [/invalid regex|regex/i, 'VirtualService', 'the rejected part is a regular expression of a match'],
  [/multiple filter chains|duplicate|same matching/i, 'Gateway', 'two filter chains have the same match'],
  [
    /ring.?hash|outlier|least.?request|circuit|threshold|subset/i,
    'DestinationRule',
    'the rejected part is a traffic policy',
  ],
]

function origin(noun: string, resource: string | undefined, message: string): Rejection['origin'] {
  const parts = noun === 'cluster' && resource !== undefined ? clusterNameParts(resource) : undefined
  if (noun === 'cluster' && resource !== undefined && parts === undefined && !BUILT_IN.test(resource)) {
    return {kind: 'EnvoyFilter', because: `Istio does not generate a cluster named ${resource}`}
  }
  if (noun === 'listener' && resource !== undefined && !LISTENER.test(resource)) {
    return {kind: 'EnvoyFilter', because: `Istio does not generate a listener named ${resource}`}
  }
  const found = KIND_HINTS.find(([test]) => test.test(message))
  if (found !== undefined) {
    const host = parts?.host
    return {
      kind: found[1],
      because: found[2],
      ...definedFields({host: host === undefined || host === '' ? undefined : host}),
    }
  }
  return undefined
}

function rejection(noun: string, text: string): Rejection {
  const colon = text.indexOf(': ')
  const resource = colon > 0 ? text.slice(0, colon) : undefined
  const message = colon > 0 ? text.slice(colon + 2).trim() : text.trim()
  const from = origin(noun, resource, message)
  return {resource, message, origin: from}
}

/**
 * What Envoy did with the rest of an update that it rejected. CDS and LDS apply every good resource and report the bad ones together
 * (cds_api_helper.cc, lds_api.cc); an update that cannot be decoded is dropped as a whole; the other types are subscribed to by resource.
 */
export function appliedInstead(error: string, noun: string): string {
  if (/Error adding\/updating (?:cluster|listener)\(s\)/.test(error))
    return `Envoy applied the other ${noun}s of the update; a rejected ${noun} keeps its last accepted version, or is missing if it never had one.`
  if (noun === 'cluster' || noun === 'listener') return 'Envoy applied no part of that update.'
  return `Envoy keeps the last accepted version of that ${noun}; the others are subscribed to separately.`
}

/**
 * Parses the text of a NACK. Envoy writes `Error adding/updating cluster(s) NAME: why, NAME: why` (cds_api_helper.cc) and, for listeners,
 * one `NAME: why` per line (lds_api.cc); other texts become one rejection without a resource.
 */
export function parseRejection(error: string, noun: string): readonly Rejection[] {
  const [, kind, list] = /Error adding\/updating (cluster|listener)\(s\) ([\s\S]*)$/.exec(error) ?? []
  if (kind === undefined || list === undefined) {
    const from = origin(noun, undefined, error)
    return [{message: error.replace(/\s+/g, ' ').trim(), origin: from}]
  }
  const parts = kind === 'listener' ? list.split('\n') : list.split(/, (?=[^\s:,]+: )/)
  return parts.filter(part => part.trim() !== '').map(part => rejection(kind, part))
}
