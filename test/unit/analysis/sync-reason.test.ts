import {describe, expect, test} from '@jest/globals'
import {istiodRemarks, parseIstiodLog} from '../../../src/analysis/sync-reason/istiod-log.js'
import {logReasons} from '../../../src/analysis/sync-reason/log-reason.js'
import {appliedInstead, parseRejection} from '../../../src/analysis/sync-reason/rejection.js'

describe('reasons in a proxy log', () => {
  test.each([
    [
      'error dialing: x509: certificate signed by unknown authority',
      'certificate',
      'a certificate was rejected: x509: certificate signed by unknown authority',
    ],
    [
      'desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate is valid for cache.example.org, www.example.org, not istiod.istio-system.svc"{via_upstream}',
      'certificate',
      'a certificate was rejected: whatever answers for istiod.istio-system.svc has one for cache.example.org and other names',
    ],
    [
      'x509: certificate is valid for other.example.org, not istiod.istio-system.svc',
      'certificate',
      'a certificate was rejected: whatever answers for istiod.istio-system.svc has one for other.example.org',
    ],
    [
      'dial tcp 10.96.0.10:15012: connect: connection refused',
      'refused',
      'istiod at 10.96.0.10:15012 refuses connections',
    ],
    [
      'dial tcp: lookup istiod.wrong.svc on 10.244.0.1:53: server misbehaving',
      'dns',
      "it cannot resolve istiod's name istiod.wrong.svc (DNS server 10.244.0.1:53: server misbehaving)",
    ],
    [
      'dial tcp: lookup istiod.istio-system.svc: no such host',
      'dns',
      "it cannot resolve istiod's name istiod.istio-system.svc",
    ],
    [
      'rpc error: code = PermissionDenied desc = no identities matched',
      'forbidden',
      'istiod denied the connection: no identities matched',
    ],
    [
      'failed to sign CSR: create certificate: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp: lookup istiod.istio-system.svc on 10.244.0.15:53: read udp 10.244.0.31:41212->10.244.0.15:53: read: connection refused"',
      'dns',
      "it cannot resolve istiod's name istiod.istio-system.svc: DNS server 10.244.0.15:53 does not answer (connection refused)",
    ],
    [
      'dial tcp: lookup istiod.istio-system.svc on [fd00::a]:53: read udp [fd00::1]:1->[fd00::a]:53: i/o timeout',
      'dns',
      "it cannot resolve istiod's name istiod.istio-system.svc: DNS server [fd00::a]:53 does not answer (i/o timeout)",
    ],
    [
      'failed to sign CSR: rpc error: code = Unauthenticated desc = authentication failure',
      'identity',
      "istiod rejected the proxy's identity: Unauthenticated desc = authentication failure",
    ],
    [
      'failed to warm certificate: failed to generate workload certificate: create certificate: rpc error: code = Unavailable desc = no healthy upstream',
      'uncertified',
      'it cannot get its certificate: failed to warm certificate: failed to generate workload certificate: create certificate: rpc error: code = Unavailable desc = no healthy upstream',
    ],
  ])('%s', (said, kind, text) => {
    const line = `2026-11-20T18:55:26.213096Z\twarning\tenvoy config\t${said}`
    expect(logReasons(line)).toMatchObject([{kind, text, at: '2026-11-20T18:55:26.213096Z'}])
  })

  test('a long message keeps its end, where Go puts the cause', () => {
    const line = `failed to sign CSR: ${'wrapped: '.repeat(60)}the token audience is unknown`
    expect(logReasons(line)[0]?.text).toMatch(/ … .*the token audience is unknown$/)
  })

  test('a failure before a new connection is not reported; a rejection stays', () => {
    const log = [
      '2026-11-20T18:54:45Z\twarn\txdsproxy\tupstream terminated with unexpected error rpc error: code = Unavailable desc = keepalive ping failed',
      '2026-11-20T18:54:46Z\twarning\tenvoy config\tgRPC config for type.googleapis.com/envoy.config.cluster.v3.Cluster rejected: bad\tthread=15',
      '2026-11-20T18:54:50Z\tinfo\txdsproxy\tconnected to delta upstream XDS server: istiod.istio-system.svc:15012\tid=2',
    ].join('\n')
    expect(logReasons(log).map(each => each.text)).toEqual(['Envoy rejected Cluster: bad'])
  })

  test('a quiet log gives no reason', () => {
    expect(logReasons('2026-11-20T18:53:00Z\tinfo\tEnvoy proxy is ready\n')).toEqual([])
  })
})

describe('what Envoy applied of an update it rejected (cds_api_helper.cc, lds_api.cc)', () => {
  test.each([
    ['cluster', 'Error adding/updating cluster(s) broken: no good', /^Envoy applied the other clusters of the update/],
    ['listener', 'Error adding/updating listener(s) virtualInbound: no good', /^Envoy applied the other listeners/],
    ['cluster', 'Proto constraint validation failed (ClusterValidationError.Name)', /^Envoy applied no part/],
    ['route', 'Only unique values for domains are permitted', /^Envoy keeps the last accepted version of that route/],
  ])('%s: %s', (noun, error, text) => expect(appliedInstead(error, noun)).toMatch(text))
})

describe('what Envoy rejected', () => {
  test('several clusters in one text, commas in the words kept', () => {
    const text =
      'Error adding/updating cluster(s) broken: ring hash: minimum_ring_size (100) > maximum_ring_size (10), outbound|80|v1|web.shop.svc.cluster.local: least request, choice count'
    expect(parseRejection(text, 'cluster')).toEqual([
      {
        resource: 'broken',
        message: 'ring hash: minimum_ring_size (100) > maximum_ring_size (10)',
        origin: {kind: 'EnvoyFilter', because: 'Istio does not generate a cluster named broken'},
      },
      {
        resource: 'outbound|80|v1|web.shop.svc.cluster.local',
        message: 'least request, choice count',
        origin: {
          kind: 'DestinationRule',
          because: 'the rejected part is a traffic policy',
          host: 'web.shop.svc.cluster.local',
        },
      },
    ])
  })

  test('a listener whose JWT keys are wrong points to a RequestAuthentication', () => {
    const text =
      "Error adding/updating listener(s) virtualInbound: Provider 'origins-0' in jwt_authn config has invalid local jwks: Jwks doesn't have any valid public key\n"
    expect(parseRejection(text, 'listener')).toEqual([
      {
        resource: 'virtualInbound',
        message:
          "Provider 'origins-0' in jwt_authn config has invalid local jwks: Jwks doesn't have any valid public key",
        origin: {kind: 'RequestAuthentication', because: 'the rejected part is its JWT filter'},
      },
    ])
  })

  test('a text of another form is one rejection without a resource', () => {
    expect(parseRejection('Proto constraint validation failed', 'route')).toEqual([
      {message: 'Proto constraint validation failed'},
    ])
  })
})

describe("messages about one proxy in istiod's log", () => {
  const log = [
    '2026-11-20T18:52:59.557797Z\twarn\tdelta\tADS:CDS: ACK ERROR sick-nack-v1.demo-24 Internal:Error adding/updating cluster(s) broken: first',
    '2026-11-20T18:54:17.987178Z\twarn\tdelta\tADS:CDS: ACK ERROR sick-nack-v1.demo-24 Internal:Error adding/updating cluster(s) broken: again',
    '2026-11-20T18:54:18.000000Z\twarn\tdelta\tADS:LDS: ACK ERROR sick-nack-v1.demo-eu-25 Internal:of another namespace',
    '2026-11-20T18:54:28.368264Z\tinfo\tdelta\tADS: "10.244.0.36:53788" sick-stale-v1.demo-22 terminated',
    '2026-11-20T18:55:00.000000Z\tinfo\tdelta\tADS: "10.244.0.40:1" back-0.demo-7 terminated',
    '2026-11-20T18:55:01.000000Z\tinfo\tads\tADS: new connection for node:back-0.demo-8',
    '2026-11-20T18:55:02.000000Z\terror\tads\tFailed to authenticate client from 10.244.0.99:4711: no token',
  ].join('\n')
  const messages = (id: string, ...addresses: string[]) =>
    istiodRemarks(parseIstiodLog(log), {id, addresses}).map(each => each.text)

  test('the latest rejection, a disconnect without reconnect, an identity rejected by address', () => {
    expect(messages('sick-nack-v1.demo')).toEqual([
      'at 2026-11-20T18:54:17 the proxy rejected CDS: Error adding/updating cluster(s) broken: again',
    ])
    expect(messages('sick-stale-v1.demo')).toEqual(['at 2026-11-20T18:54:28 its connection to istiod ended'])
    expect(messages('back-0.demo')).toEqual([])
    expect(messages('new-0.demo', '10.244.0.99')).toEqual([
      'at 2026-11-20T18:55:02 istiod refused its identity: Failed to authenticate client from 10.244.0.99:4711: no token',
    ])
    expect(messages('new-0.demo', '10.244.0.9')).toEqual([])
  })
})
