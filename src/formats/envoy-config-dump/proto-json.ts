import {UserError} from '../../model/evidence/user-error.js'
import {isObject, type JsonObject, lowerCamel} from '../decode.js'

/** Fields of the Envoy v3 API that are protobuf maps: their keys are data and stay unchanged, their values are messages. */
const MAP_FIELDS = new Set(
  [
    'typed_filter_metadata typed_per_filter_config typed_extension_protocol_options extension_protocol_options',
    'per_filter_config policies map key_values named_endpoints providers requirement_map context_extensions',
    'attributes labels headers response_headers response_trailers filter_state_objects',
    'dynamic_parameters typed_metadata typed_dynamic_metadata source_codes secrets secret_configs tenant_configs',
    'route_action_overrides cluster_min_healthy_percentages custom_tags args allowed_capabilities',
    'certificate_provider_instances named_filter_chains initial_resource_versions params_match method_configs bucket',
    'params extractions_by_method logging_by_method request_field_extractions request_logging_by_field',
    'response_logging_by_field',
  ]
    .join(' ')
    .split(' ')
    .map(lowerCamel),
)

/** Fields that are google.protobuf.Struct (or maps of it): everything below is the user's data and stays unchanged. */
const STRUCT_FIELDS = new Set(
  [
    'filter_metadata json_format typed_json_format static_layer layer default_subset',
    'transport_socket_match_criteria filter_context health_metadata base record aws attachment_template',
  ]
    .join(' ')
    .split(' ')
    .map(lowerCamel),
)

/** Where a field called `metadata` is a Struct (core.v3.Node and BuildVersion); elsewhere it is a message. */
const STRUCT_METADATA_PARENTS = new Set(['node', 'userAgentBuildVersion', 'version'])

/** Fields that hold key material (udpa.annotations.sensitive in the API); Envoy hides their data, and so do we. */
const SENSITIVE_FIELDS = new Set(
  ['private_key', 'password', 'session_ticket_keys', 'generic_secret', 'hmac_secret', 'token_secret'].map(lowerCamel),
)
/** What Envoy writes in place of hidden bytes: base64 of `[redacted]`. */
const HIDDEN = {inlineBytes: 'W3JlZGFjdGVkXQ==', inlineString: '[redacted]'} as const

function hidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hidden)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => {
      const name = lowerCamel(key)
      return [name, name === 'inlineBytes' || name === 'inlineString' ? HIDDEN[name] : hidden(held)]
    }),
  )
}

const VERBATIM_TYPE = /\.google\.protobuf\.|^type\.googleapis\.com\/google\.protobuf\.|\.TypedStruct$/

/** Fields of rate limit actions (config.route.v3.RateLimit); where they stand, a name used for data elsewhere is a message. */
const ACTION_FIELDS = ['descriptor_key', 'descriptorKey', 'header_name', 'headerName', 'metadata_key', 'metadataKey']

function isAction(value: JsonObject): boolean {
  return ACTION_FIELDS.some(name => name in value)
}

function isStruct(name: string, value: JsonObject, parent: string): boolean {
  if (STRUCT_FIELDS.has(name)) return true
  if (name === 'metadata') return STRUCT_METADATA_PARENTS.has(parent)
  if (name === 'dynamicMetadata') return !isAction(value)
  return name === 'match' && parent === 'transportSocketMatches'
}

/** `requires` is a map in a FilterStateRule and a message in a RequirementRule (jwt_authn.v3); a bucket_id_builder holds a map of its own name. */
function isMap(name: string, value: JsonObject, parent: string): boolean {
  if (MAP_FIELDS.has(name)) return true
  if (name === 'requires') return parent === 'filterStateRules'
  if (name === 'bucketIdBuilder') return parent === 'bucketIdBuilder'
  return name === 'requestHeaders' && !isAction(value)
}

/** Envoy's own JSON goes 100 deep at most (protobuf's recursion limit). */
const MAX_DEPTH = 500

function converted(value: unknown, name: string, depth: number): unknown {
  if (depth > MAX_DEPTH)
    throw new UserError(`a resource is nested more than ${MAX_DEPTH} levels deep; no Envoy writes that`)
  if (Array.isArray(value)) return value.map(item => converted(item, name, depth + 1))
  return isObject(value) ? message(value, name, depth + 1) : value
}

function mapValue(map: JsonObject, name: string, depth: number): JsonObject {
  return Object.fromEntries(Object.keys(map).map(key => [key, converted(map[key], name, depth)]))
}

function fieldValue(name: string, value: unknown, parent: string, depth: number): unknown {
  if (!isObject(value)) return converted(value, name, depth)
  if (isStruct(name, value, parent)) return value
  if (SENSITIVE_FIELDS.has(name)) return hidden(value)
  return isMap(name, value, parent) ? mapValue(value, name, depth) : converted(value, name, depth)
}

/**
 * TypedStruct and well-known types packed in an Any carry their data in `value`, which is not ours to rename; so does
 * the set_metadata filter, known by its namespace.
 */
function hasVerbatimValue(value: JsonObject): boolean {
  if ('metadata_namespace' in value || 'metadataNamespace' in value) return true
  const type = value['@type']
  return typeof type === 'string' && VERBATIM_TYPE.test(type)
}

function message(value: JsonObject, parent: string, depth: number): JsonObject {
  const verbatim = hasVerbatimValue(value)
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const held = value[key]
    if (held === null || held === undefined || (Array.isArray(held) && held.length === 0)) continue
    const name = key.startsWith('@') ? key : lowerCamel(key)
    out[name] = verbatim && name === 'value' ? held : fieldValue(name, held, parent, depth)
  }
  return out
}

/**
 * A resource as proto3 JSON names it (lowerCamelCase fields), from Envoy's snake_case or istiod's camelCase; absent and
 * empty lists are left out, map keys and Struct contents stay verbatim, packed messages of unknown types are kept whole
 * (protobuf JSON mapping; the map and Struct fields are those of the Envoy v3 API).
 */
export function protoJson(resource: unknown): unknown {
  return isObject(resource) ? message(resource, '', 0) : resource
}

/** The same for a resource that was packed in an Any at the top of its section: its own `@type` is left out. */
export function resourceJson(resource: unknown): unknown {
  if (!isObject(resource)) return resource
  const {'@type': _type, ...fields} = message(resource, '', 0)
  return fields
}
