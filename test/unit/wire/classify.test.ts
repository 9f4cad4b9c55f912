import {describe, expect, test} from '@jest/globals'
import {failureFromHandshake, failureFromRefusal, failureFromStatus, missingIn} from '../../../src/wire/classify.js'
import {execExitCode, parseKubeStatus} from '../../../src/wire/kube-status.js'
import {failureFromError, WireFailure} from '../../../src/wire/wire-failure.js'

const status = (message: string, reason = 'InternalError', code = 500) =>
  JSON.stringify({kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code})

// Sentences of API servers, kubelets and runtimes that no recording of ours holds, as they are reported by their users.
describe('what a server says, and what a person would do about it', () => {
  test.each([
    [400, status('pod p does not have a host assigned', 'BadRequest', 400), 'not-running'],
    [404, status('pod does not exist', 'NotFound', 404), 'not-found'],
    [500, 'pod does not exist', 'not-found'],
    [500, status('error dialing backend: dial tcp 10.0.0.5:10250: connect: connection refused'), 'unreachable'],
    [500, status('error dialing backend: No agent available'), 'unreachable'],
    [
      500,
      status('Internal error occurred: error sending request: Post "https://10.0.0.5:10250/exec": EOF'),
      'unreachable',
    ],
    [
      500,
      status(
        'failed to exec in container: failed to start exec "x": OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/ss": stat /bin/ss: no such file or directory: unknown',
      ),
      'no-tool',
    ],
    [500, 'cannot exec in a stopped container', 'not-running'],
    [400, status('previous terminated container "c" in pod "p" not found', 'BadRequest', 400), 'not-found'],
    [503, status('the server is currently unable to handle the request', 'ServiceUnavailable', 503), 'server-error'],
    [504, '', 'timeout'],
    [502, '<html>Bad Gateway</html>', 'server-error'],
    [410, status('too old resource version', 'Expired', 410), 'expired'],
    [405, status('the server does not allow this method', 'MethodNotAllowed', 405), 'bad-request'],
    [418, 'teapot', 'bad-request'],
  ])('%i %s: %s', (httpStatus, body, kind) => {
    expect(failureFromRefusal({httpStatus, body}).kind).toBe(kind)
  })

  test.each([
    [403, '', 'upgrade-refused'],
    [
      403,
      status(
        'pods "p" is forbidden: User "u" cannot get resource "pods/exec" in API group "" in the namespace "n"',
        'Forbidden',
        403,
      ),
      'forbidden',
    ],
    [400, status('Upgrade request required', 'BadRequest', 400), 'upgrade-refused'],
    [400, 'Bad Request', 'upgrade-refused'],
    [200, '<html>login</html>', 'upgrade-refused'],
    [502, '<html>Bad Gateway</html>', 'upgrade-refused'],
    [401, '', 'unauthorized'],
    [429, 'Too many requests', 'throttled'],
    [500, 'container not found ("x")', 'not-running'],
  ])('an upgrade answered with %i %s: %s', (httpStatus, body, kind) => {
    expect(failureFromHandshake({httpStatus, body}, ['v5.channel.k8s.io']).kind).toBe(kind)
  })

  test('a long page is shortened', () => {
    expect(failureFromRefusal({httpStatus: 500, body: 'x'.repeat(10_000)}).message.length).toBeLessThan(600)
  })

  test('what a 403 misses, in a namespace and in the whole cluster', () => {
    const user = 'system:serviceaccount:a:b'
    expect(
      missingIn(
        `x is forbidden: User "${user}" cannot list resource "virtualservices" in API group "networking.istio.io" at the cluster scope`,
      ),
    ).toEqual({
      missing: {user, verb: 'list', resource: 'virtualservices', group: 'networking.istio.io'},
    })
    expect(missingIn('admission webhook "deny.example" denied the request: no')).toEqual({})
  })
})

describe('Status objects', () => {
  test('other JSON and other text are none', () => {
    for (const text of ['', 'null', '[]', '{"status":"Running"}', '{"kind":"Pod","status":{}}', '<html>'])
      expect(parseKubeStatus(text)).toBeUndefined()
  })

  test('the exit code comes from the cause alone, and only from a whole number', () => {
    const of = (message: string, reason = 'NonZeroExitCode') =>
      parseKubeStatus(
        JSON.stringify({
          status: 'Failure',
          reason,
          message: 'exit code 9',
          details: {causes: [{reason: 'ExitCode', message}]},
        }),
      )
    const code = (parsed: ReturnType<typeof of>) => (parsed === undefined ? 'none' : execExitCode(parsed))
    expect(['7', '255', 'x', '', '-1', '1e2'].map(each => code(of(each)))).toEqual([
      7,
      255,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(code(of('7', 'InternalError'))).toBeUndefined()
  })

  test('the wait a Status asks for is kept', () => {
    const parsed = parseKubeStatus(
      '{"status":"Failure","reason":"TooManyRequests","code":429,"details":{"retryAfterSeconds":3}}',
    )
    if (parsed === undefined) throw new Error('not a status')
    expect(failureFromStatus(parsed)).toMatchObject({kind: 'throttled', details: {retryAfterMs: 3000}})
  })
})

test.each([
  [Object.assign(new Error('self-signed certificate'), {code: 'DEPTH_ZERO_SELF_SIGNED_CERT'}), 'tls'],
  [Object.assign(new Error('Hostname/IP does not match'), {code: 'ERR_TLS_CERT_ALTNAME_INVALID'}), 'tls'],
  [Object.assign(new Error('getaddrinfo ENOTFOUND x'), {code: 'ENOTFOUND'}), 'unreachable'],
  [Object.assign(new Error('read ECONNRESET'), {code: 'ECONNRESET'}), 'lost'],
  [Object.assign(new Error('Parse Error'), {code: 'HPE_INVALID_CONSTANT'}), 'protocol'],
  [
    new AggregateError([
      Object.assign(new Error('connect ECONNREFUSED ::1:1'), {code: 'ECONNREFUSED'}),
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {code: 'ECONNREFUSED'}),
    ]),
    'unreachable',
  ],
  [new WireFailure('timeout', 'late'), 'timeout'],
  ['text', 'lost'],
  [undefined, 'lost'],
])('%s is %s', (error, kind) => {
  expect(failureFromError(error).kind).toBe(kind)
})
