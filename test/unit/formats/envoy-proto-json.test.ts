import {describe, expect, test} from '@jest/globals'
import {protoJson, resourceJson} from '../../../src/formats/envoy-config-dump/proto-json.js'

describe('proto3 JSON of a resource', () => {
  test('fields become lowerCamelCase, whatever the source', () => {
    expect(protoJson({connect_timeout: '10s', http2_protocol_options: {max_concurrent_streams: 5}})).toEqual({
      connectTimeout: '10s',
      http2ProtocolOptions: {maxConcurrentStreams: 5},
    })
    expect(protoJson({connectTimeout: '10s'})).toEqual({connectTimeout: '10s'})
  })

  test('null and empty lists are absent, zero values of wrappers stay', () => {
    expect(protoJson({name: null, listener_filters: [], bind_to_port: false, port_value: 0, policy: {}})).toEqual({
      bindToPort: false,
      portValue: 0,
      policy: {},
    })
  })

  test('keys of maps stay, their values are messages', () => {
    expect(
      protoJson({
        typed_per_filter_config: {'envoy.filters.http.fault': {'@type': 'x/A', max_active_faults: 1}},
        rules: {policies: {'ns[demo]-policy[a_b]-rule[0]': {source_ip: {address_prefix: '10.0.0.0'}}}},
        exact_match_map: {map: {snake_key: {on_match: {}}}},
      }),
    ).toEqual({
      typedPerFilterConfig: {'envoy.filters.http.fault': {'@type': 'x/A', maxActiveFaults: 1}},
      rules: {policies: {'ns[demo]-policy[a_b]-rule[0]': {sourceIp: {addressPrefix: '10.0.0.0'}}}},
      exactMatchMap: {map: {snake_key: {onMatch: {}}}},
    })
  })

  test('the contents of a Struct are verbatim', () => {
    const struct = {snake_case: {more_snake: [], none: null}}
    expect(
      protoJson({
        metadata: {filter_metadata: {istio: struct}},
        node: {metadata: struct, user_agent_build_version: {metadata: struct}},
        transport_socket_matches: [{name: 'a', match: struct, transport_socket: {typed_config: {a_b: 1}}}],
        static_layer: struct,
      }),
    ).toEqual({
      metadata: {filterMetadata: {istio: struct}},
      node: {metadata: struct, userAgentBuildVersion: {metadata: struct}},
      transportSocketMatches: [{name: 'a', match: struct, transportSocket: {typedConfig: {aB: 1}}}],
      staticLayer: struct,
    })
  })

  test('a name that is a Struct or map in one place is a message in another', () => {
    expect(protoJson({custom_tags: [{tag: 'a', metadata: {kind: {request: {}}, metadata_key: {key: 'k'}}}]})).toEqual({
      customTags: [{tag: 'a', metadata: {kind: {request: {}}, metadataKey: {key: 'k'}}}],
    })
    expect(protoJson({actions: [{request_headers: {header_name: ':path', descriptor_key: 'PATH'}}]})).toEqual({
      actions: [{requestHeaders: {headerName: ':path', descriptorKey: 'PATH'}}],
    })
    expect(protoJson({rules: [{match: {prefix: '/'}, requires: {provider_name: 'a_b'}}]})).toEqual({
      rules: [{match: {prefix: '/'}, requires: {providerName: 'a_b'}}],
    })
    expect(protoJson({filter_state_rules: {name: 'x', requires: {key_one: {provider_name: 'a'}}}})).toEqual({
      filterStateRules: {name: 'x', requires: {key_one: {providerName: 'a'}}},
    })
  })

  test('metadata set by a filter is verbatim, a bucket id builder holds a map', () => {
    expect(protoJson({metadata: [{metadata_namespace: 'n', allow_overwrite: true, value: {snake_case: 1}}]})).toEqual({
      metadata: [{metadataNamespace: 'n', allowOverwrite: true, value: {snake_case: 1}}],
    })
    expect(protoJson({bucket_id_builder: {bucket_id_builder: {my_key: {string_value: 'x'}}}})).toEqual({
      bucketIdBuilder: {bucketIdBuilder: {my_key: {stringValue: 'x'}}},
    })
  })

  test('packed messages keep their type and, if unknown, everything they hold; packed Structs are verbatim', () => {
    const unknown = {'@type': 'type.googleapis.com/vendor.Unknown', some_field: {deep_field: 1}}
    expect(protoJson({typed_config: unknown})).toEqual({
      typedConfig: {'@type': 'type.googleapis.com/vendor.Unknown', someField: {deepField: 1}},
    })
    const struct = {'@type': 'type.googleapis.com/xds.type.v3.TypedStruct', type_url: 't', value: {snake_case: 1}}
    expect(protoJson({typed_config: struct})).toEqual({
      typedConfig: {'@type': 'type.googleapis.com/xds.type.v3.TypedStruct', typeUrl: 't', value: {snake_case: 1}},
    })
    expect(resourceJson({'@type': 'x/Cluster', alt_stat_name: 'a'})).toEqual({altStatName: 'a'})
  })

  test('key material never gets through', () => {
    const shown = JSON.stringify(
      protoJson({
        tls_certificate: {private_key: {inline_bytes: 'c2VjcmV0'}, certificate_chain: {inline_bytes: 'cHVibGlj'}},
        session_ticket_keys: {keys: [{inline_string: 'secret'}]},
        generic_secret: {secret: {inline_string: 'secret'}},
      }),
    )
    expect(shown).not.toMatch(/c2VjcmV0|"secret"[^:]/)
    expect(shown).toContain('cHVibGlj')
    expect(shown).toContain('W3JlZGFjdGVkXQ==')
  })

  test('a resource nested without end is refused, not a crash', () => {
    let deep: unknown = 1
    for (let level = 0; level < 20_000; level++) deep = {a: deep}
    expect(() => protoJson({name: 'x', deep})).toThrow('nested more than')
  })
})
