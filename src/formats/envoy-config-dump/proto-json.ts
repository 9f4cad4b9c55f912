import {isObject, type JsonObject, lowerCamel} from '../decode.js'

/** Fields of the Envoy v3 API that are protobuf maps: their keys are data and stay as they are, their values are messages. */
const MAP_FIELDS = new Set(
  [
    'typed_filter_metadata typed_per_filter_config typed_extension_protocol_options extension_protocol_options',
    'per_filter_config policies map key_values named_endpoints providers requirement_map requires context_extensions',
    'attributes labels headers request_headers response_headers response_trailers filter_state_objects',
    'dynamic_parameters typed_metadata typed_dynamic_metadata source_codes secrets secret_configs tenant_configs',
    'route_action_overrides cluster_min_healthy_percentages custom_tags args allowed_capabilities',
    'certificate_provider_instances named_filter_chains initial_resource_versions params_match method_configs bucket',
  ]
    .join(' ')
    .split(' ')
    .map(lowerCamel),
)

/** Fields that are google.protobuf.Struct (or maps of it): everything below is the user's data and stays as it is. */
const STRUCT_FIELDS = new Set(
  [
    'filter_metadata json_format typed_json_format static_layer layer dynamic_metadata default_subset',
    'transport_socket_match_criteria filter_context health_metadata base record aws attachment_template',
  ]
    .join(' ')
    .split(' ')
    .map(lowerCamel),
)

/** Where a field called `metadata` is a Struct (core.v3.Node and BuildVersion); elsewhere it is a message. */
const STRUCT_METADATA_PARENTS = new Set(['node', 'userAgentBuildVersion'])

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

function isStruct(name: string, parent: string): boolean {
  if (STRUCT_FIELDS.has(name)) return true
  if (name === 'metadata') return STRUCT_METADATA_PARENTS.has(parent)
  return name === 'match' && parent === 'transportSocketMatches'
}

function mapValue(map: JsonObject, name: string): JsonObject {
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(map)) out[key] = converted(map[key], name)
  return out
}

function converted(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map(item => converted(item, name))
  return isObject(value) ? message(value, name) : value
}

function fieldValue(name: string, value: unknown, parent: string): unknown {
  if (!isObject(value)) return converted(value, name)
  if (isStruct(name, parent)) return value
  if (SENSITIVE_FIELDS.has(name)) return hidden(value)
  return MAP_FIELDS.has(name) ? mapValue(value, name) : message(value, name)
}

/** TypedStruct and well-known types packed in an Any carry their data in `value`, which is not ours to rename. */
function isVerbatimAny(value: JsonObject): boolean {
  const type = value['@type']
  return typeof type === 'string' && VERBATIM_TYPE.test(type)
}

function message(value: JsonObject, parent: string): JsonObject {
  const verbatim = isVerbatimAny(value)
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const held = value[key]
    if (held === null || held === undefined || (Array.isArray(held) && held.length === 0)) continue
    const name = key.startsWith('@') ? key : lowerCamel(key)
    out[name] = verbatim && name === 'value' ? held : fieldValue(name, held, parent)
  }
  return out
}

/**
 * A resource as proto3 JSON names it (lowerCamelCase fields), from Envoy's snake_case or istiod's camelCase; absent and
 * empty lists are left out, map keys and Struct contents stay verbatim, packed messages of unknown types are kept whole
 * (protobuf JSON mapping; the map and Struct fields are those of the Envoy v3 API).
 */
export function protoJson(resource: unknown): unknown {
  return isObject(resource) ? message(resource, '') : resource
}

/** The same for a resource that was packed in an Any at the top of its section: its own `@type` is left out. */
export function resourceJson(resource: unknown): unknown {
  if (!isObject(resource)) return resource
  const {'@type': _type, ...fields} = message(resource, '')
  return fields
}
