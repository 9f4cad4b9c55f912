import type {Random} from '../seeded.js'
import {headerMatcher, oneIn, pick, some, stringMatcher} from './matchers.js'

type Json = Readonly<Record<string, unknown>>

const ORIGINS = [
  'http://a.example',
  'b',
  'shop',
  'http://shop',
  'https://shop:80',
  'http://Shop/x',
  'null',
  'http://api.local:8080/?q',
] as const

/** Headers of the request of a browser: where it comes from, and its cookies. */
export function browserHeaders(random: Random): readonly (readonly [string, string])[] {
  return [
    ...(oneIn(random, 4) ? [['origin', pick(random, ORIGINS)] as const] : []),
    ...(oneIn(random, 6)
      ? [['referer', pick(random, ['http://shop/a', 'http://a.example/', 'https://other/shop'])] as const]
      : []),
    ...(oneIn(random, 4)
      ? [
          [
            'cookie',
            pick(random, [
              'id=v1',
              'a=1; id=jason',
              'id="v1"',
              'id',
              'id=; a=1',
              'a=1;id=v2;id=v1',
              'ID=v1',
              ' id = v1 ',
              'id=v1=2',
            ]),
          ] as const,
        ]
      : []),
  ]
}

/** A CSRF policy. */
export function csrf(random: Random): Json {
  return {
    filter_enabled: {default_value: {numerator: pick(random, [100, 100, 0])}},
    ...(oneIn(random, 3) ? {shadow_enabled: {default_value: {numerator: 100}}} : {}),
    additional_origins: some(random, 0, 2, () => stringMatcher(random, ['a.example', 'other', 'shop'])),
  }
}

function replyFilter(random: Random, depth: number): Json {
  const inner = () => ({filters: Array.from({length: 2}, () => replyFilter(random, depth + 1))})
  return pick<() => Json>(random, [
    () => ({
      status_code_filter: {
        comparison: {
          op: pick(random, ['EQ', 'GE', 'LE', 'NE']),
          value: {default_value: pick(random, [301, 403, 404, 503]), runtime_key: 'none'},
        },
      },
    }),
    () => ({header_filter: {header: headerMatcher(random)}}),
    () => ({
      response_flag_filter: pick<Json>(random, [
        {},
        {flags: ['NR']},
        {flags: ['UF', 'UH']},
        {flags: ['NC', 'UC', 'FI']},
      ]),
    }),
    () => ({not_health_check_filter: {}}),
    ...(depth < 2 ? [() => ({and_filter: inner()}), () => ({or_filter: inner()})] : []),
  ])()
}

/** Rules that change the replies of Envoy itself. */
export function localReplies(random: Random): Json {
  return {
    mappers: some(random, 1, 4, () => ({
      filter: replyFilter(random, 0),
      ...(oneIn(random, 4) ? {body: {inline_string: 'sorry'}} : {status_code: pick(random, [410, 418, 502, 599])}),
    })),
  }
}

/** Rules that store headers in metadata. */
export function headerToMetadata(random: Random): Json {
  const value = (more: Json) => ({
    metadata_namespace: pick(random, ['envoy.filters.http.jwt_authn', 'none', '']),
    key: pick(random, ['a', 'sub', 'role']),
    type: pick(random, ['STRING', 'STRING', 'NUMBER']),
    ...more,
  })
  return {
    request_rules: some(random, 1, 3, () => ({
      header: pick(random, ['x-user', 'X-Ver', 'x-n', 'cookie']),
      ...(oneIn(random, 4) ? {} : {on_header_present: value(oneIn(random, 3) ? {value: 'b'} : {})}),
      on_header_missing: value({value: 'b', type: 'STRING'}),
      ...(oneIn(random, 3) ? {remove: true} : {}),
    })),
  }
}

/** Limits of a route or virtual host. */
export function rateLimits(random: Random): readonly Json[] {
  const action = () =>
    pick<Json>(random, [
      {remote_address: {}},
      {generic_key: {descriptor_value: 'x'}},
      {destination_cluster: {}},
      {
        request_headers: {
          header_name: 'x-user',
          descriptor_key: 'u',
          ...(oneIn(random, 3) ? {skip_if_absent: true} : {}),
        },
      },
      {
        header_value_match: {
          descriptor_value: 'v',
          headers: [headerMatcher(random)],
          ...(oneIn(random, 2) ? {expect_match: oneIn(random, 2)} : {}),
        },
      },
      {
        query_parameter_value_match: {
          descriptor_value: 'v',
          query_parameters: [
            {name: 'q', ...(oneIn(random, 2) ? {present_match: true} : {string_match: {exact: 'v1'}})},
          ],
        },
      },
      {
        metadata: {
          descriptor_key: 'k',
          metadata_key: {key: 'none', path: [{key: 'a'}]},
          ...(oneIn(random, 2) ? {default_value: 'z'} : {}),
        },
      },
    ])
  return some(random, 1, 2, () => ({
    actions: Array.from({length: 1 + random(2)}, action),
    ...(oneIn(random, 5) ? {stage: 1} : {}),
  }))
}

/** A server of rate limits that cannot be reached. */
export function rateLimitFilter(random: Random): Json {
  return {
    domain: 'd',
    rate_limit_service: {grpc_service: {envoy_grpc: {cluster_name: 'empty'}}, transport_api_version: 'V3'},
    ...(oneIn(random, 3) ? {} : {failure_mode_deny: true}),
    ...(oneIn(random, 4) ? {stage: 1} : {}),
    ...(oneIn(random, 4) ? {status_on_error: {code: 'ServiceUnavailable'}} : {}),
  }
}
