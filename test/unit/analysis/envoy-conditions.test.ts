import {describe, expect, test} from '@jest/globals'
import {cluster, ending, http, OK, TYPE} from '../../support/one-envoy.js'

// What is expected was recorded from Envoy 1.40 with the same configurations and requests.

describe('retries', () => {
  const retried = (more: object) => ({retry_policy: {retry_on: '5xx', num_retries: 1, ...more}})
  const to = (name: string, more: object) => [{name: 'r', match: {prefix: '/'}, route: {cluster: name, ...more}}]
  const priority = (ports: readonly number[]) => {
    const endpoints = ports.map((port, i) => {
      const endpoint = {address: {socket_address: {address: '127.0.0.1', port_value: port}}}
      return {priority: i, lb_endpoints: [{endpoint}]}
    })
    return [cluster('p', 0, {load_assignment: {cluster_name: 'p', endpoints}})]
  }
  const previous = (update_frequency: number) => ({
    retry_priority: {
      name: 'previous',
      typed_config: {
        '@type': `${TYPE}extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig`,
        update_frequency,
      },
    },
  })

  test('of some requests only', () => {
    const only = retried({retriable_request_headers: [{name: ':method', string_match: {exact: 'POST'}}]})
    expect(ending({routes: to('s503', only)})).toMatchObject({status: 503, flags: []})
    expect(ending({routes: to('s503', only)}, '/', {method: 'POST'})).toMatchObject({flags: ['URX']})
  })

  test('of an endpoint that is silent for too long', () => {
    const silent = to('slow', retried({per_try_idle_timeout: '0.1s'}))
    expect(ending({routes: silent})).toMatchObject({
      status: 504,
      flags: ['UT', 'URX'],
      details: 'upstream_per_try_idle_timeout',
    })
  })

  test.each([
    [[7020, 7001], 1, 1, 200],
    [[7020, 7001], 2, 1, 503],
    [[7020, 7001], 2, 2, 200],
    [[7020, 7020, 7001], 1, 2, 200],
    [[7020, 7020, 7001], 1, 1, 503],
  ])('at the priorities %j, changed every %d attempts, with %d retries: %d', (ports, every, num_retries, status) => {
    const routes = to('p', retried({num_retries, ...previous(every)}))
    expect(ending({routes, clusters: priority(ports)})).toMatchObject({status})
  })
})

describe('conditions of RBAC', () => {
  const request = (field: string) => ({select_expr: {operand: {ident_expr: {name: 'request'}}, field}})
  const text = (string_value: string) => ({const_expr: {string_value}})
  const call = (name: string, ...args: readonly object[]) => ({call_expr: {function: name, args}})
  const header = (name: string) => call('_[_]', request('headers'), text(name))
  const isV = call('_==_', header('x-a'), text('v'))

  test.each([
    [isV, '/', ['v'], 200],
    [isV, '/', ['w'], 403],
    // A missing header fails the expression, and so the policy.
    [isV, '/', [], 403],
    [call('!_', isV), '/', [], 403],
    [call('_||_', isV, call('_==_', request('path'), text('/a'))), '/a', [], 200],
    [{call_expr: {function: 'startsWith', target: request('path'), args: [text('/a')]}}, '/ab', [], 200],
    [call('_==_', request('url_path'), text('/a')), '/a?x', [], 200],
    [call('_==_', request('path'), text('/a')), '/a?x', [], 403],
    [text('x'), '/', [], 403],
  ])('%j on %s with %j: %d', (condition, path, values, status) => {
    const any = [{any: true}]
    const rules = {policies: {p: {permissions: any, principals: any, condition}}}
    const headers = values.map(value => ['x-a', value] as const)
    expect(ending({filters: [http('rbac.v3.RBAC', {rules})]}, path, {headers})).toMatchObject({status})
  })

  const deep = Array.from({length: 20_000}).reduce<object>(inner => call('!_', inner), isV)
  test.each([
    [
      'what is not known',
      call('_==_', request('new_attribute'), text('x')),
      'attribute request.new_attribute of a CEL',
    ],
    ['an integer that is none', {const_expr: {int64_value: 'x'}}, 'a constant of a CEL expression'],
    ['a fraction for an integer', {const_expr: {int64_value: 1.5}}, 'a constant of a CEL expression'],
    ['a pattern RE2 does not take', call('matches', request('path'), text('a)|(b')), 'regex a)|(b is not valid'],
    ['two maps', call('_==_', request('headers'), request('headers')), 'maps that a CEL expression compares'],
    ['more levels than anyone writes', deep, 'a CEL expression that nests too deep'],
  ])('with %s are undecided', (_, condition, why) => {
    const any = [{any: true}]
    const rules = {policies: {p: {permissions: any, principals: any, condition}}}
    expect(ending({filters: [http('rbac.v3.RBAC', {rules})]})).toMatchObject({undecided: expect.stringContaining(why)})
  })
})

test('a priority that Envoy refuses is undecided', () => {
  const endpoint = {address: {socket_address: {address: '127.0.0.1', port_value: 7001}}}
  const endpoints = [{priority: 4_294_967_295, lb_endpoints: [{endpoint}]}]
  const clusters = [cluster('p', 0, {load_assignment: {cluster_name: 'p', endpoints}})]
  const routes = [{name: 'r', match: {prefix: '/'}, route: {cluster: 'p'}}]
  expect(ending({routes, clusters})).toMatchObject({
    undecided: 'priority 4294967295 of an endpoint, which Envoy refuses',
  })
})

test('a Location that response headers change is undecided', () => {
  const response_headers_to_add = [{header: {key: 'Location', value: '/z'}}]
  const routes = [{name: 'r', match: {prefix: '/'}, redirect: {host_redirect: 'z'}, response_headers_to_add}]
  expect(ending({routes})).toMatchObject({undecided: 'a Location that the route configuration changes'})
})

describe('bytes of HTTP/1', () => {
  const present = (name: string) => ({
    name,
    match: {prefix: '/', headers: [{name, present_match: true}]},
    direct_response: {status: 200},
  })
  const routes = [present('x-a'), present('expect'), OK]
  const head = (more: string) => `GET / HTTP/1.1\r\nhost: shop\r\n${more}\r\n`

  test.each([
    ['connection: x-a\r\nx-a: 1\r\n', {route: 'ok'}],
    ['connection: close\r\nx-a: 1\r\n', {route: 'x-a'}],
    // An upgrade to h2c is taken out, and what is nominated beside it as well.
    ['connection: upgrade, x-a\r\nupgrade: h2c\r\nx-a: 1\r\n', {route: 'ok'}],
    ['connection: x-forwarded-for\r\n', {status: 400, details: 'http1.connection_header_rejected'}],
    ['connection: 1,2,3,4,5,6,7,8,9,10\r\n', {status: 400, details: 'http1.connection_header_rejected'}],
    ['connection: host\r\n', {status: 400, details: 'missing_host_header'}],
    ['expect: 100-continue\r\n', {route: 'ok'}],
    ['expect: other\r\n', {route: 'expect'}],
    ['x-b: 1\r\n x-a: 2\r\n', {route: 'ok'}],
    ['x-b: 1\r\nx-a:\r\n 2\r\n', {route: 'x-a'}],
    ['content-length: 18446744073709551616\r\n', {status: 400, details: 'http1.codec_error'}],
    ['content-length: 18446744073709551615\r\n', {route: 'ok'}],
  ])('%j', (more, expected) => {
    expect(ending({routes}, '/', {payload: head(more)})).toMatchObject(expected)
  })

  test('CONNECT keeps what Connection nominates', () => {
    const payload = 'CONNECT shop:80 HTTP/1.1\r\nhost: shop:80\r\nconnection: x-forwarded-for\r\n\r\n'
    expect(ending({routes: []}, '/', {payload})).toMatchObject({status: 404, details: 'route_not_found'})
  })

  test('a request without a host finds a virtual host only where there is none but for all', () => {
    const payload = 'GET / HTTP/1.1\r\nx-forwarded-proto: http\r\n\r\n'
    const virtual_hosts = [
      {name: 'shop', domains: ['shop'], routes: []},
      {name: 'rest', domains: ['*'], routes: [OK]},
    ]
    expect(ending({}, '/', {payload})).toMatchObject({status: 400, route: 'ok'})
    expect(ending({table: {virtual_hosts}}, '/', {payload})).toMatchObject({status: 400, route: null})
  })

  // The whole head counts, with the request line and the blank line.
  test.each([
    [980, 200],
    [981, 431],
  ])('a head with %d bytes of values in 1 KiB: %d', (bytes, status) => {
    const payload = head(`x-a: ${'v'.repeat(100)}\r\nx-b: ${'v'.repeat(bytes - 100)}\r\n`)
    expect(ending({manager: {max_request_headers_kb: 1}}, '/', {payload})).toMatchObject({status})
  })

  test('a request without a version has no headers', () => {
    const manager = {http_protocol_options: {accept_http_10: true}}
    expect(ending({manager}, '/', {payload: 'GET /\r\nhost: shop\r\n\r\n'})).toMatchObject({
      details: 'missing_host_header',
    })
  })

  test('any target is a path where absolute URLs are off, and any token a method where custom ones are on', () => {
    const absolute = {http_protocol_options: {allow_absolute_url: false}}
    expect(ending({manager: absolute}, 'http://a/b')).toMatchObject({status: 404, details: 'absolute_path_rejected'})
    expect(ending({}, '/', {method: 'FOO'})).toMatchObject({status: 400})
    const custom = {http_protocol_options: {allow_custom_methods: true}}
    expect(ending({manager: custom}, '/', {method: 'FOO'})).toMatchObject({status: 200})
  })
})

test('a head without its end is not a request yet', () => {
  expect(ending({}, '/', {payload: 'GET / HTTP/1.1\r\nhost: a\r\n'})).toMatchObject({
    undecided: 'a request that never completes',
  })
})
