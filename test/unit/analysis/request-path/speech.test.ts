import {expect, test} from '@jest/globals'
import {passedOn, type Speech} from '../../../../src/analysis/request-path/speech.js'
import type {Site} from '../../../../src/analysis/request-path/world.js'
import type {UpstreamTls} from '../../../../src/model/envoy/tls.js'
import type {UpstreamCall} from '../../../../src/model/envoy/upstream-call.js'

const SITE = {certificate: undefined} as unknown as Site
const MUTUAL = {sni: 'outbound_.443_._.web', autoHostSni: false, commonTlsContext: undefined} as unknown as UpstreamTls

function call(tls: UpstreamTls | undefined, terminated: boolean): UpstreamCall {
  return {
    cluster: 'c',
    byControlPlane: true,
    address: {ip: '10.0.0.1', port: 443},
    from: undefined,
    hbone: false,
    tls,
    http2: false,
    terminated,
    head: undefined,
  }
}

/** A client that speaks HTTPS. */
const HTTPS: Speech = {
  protocol: 'http/1.1',
  head: {method: 'GET', path: '/', headers: [['host', 'web']]},
  payload: undefined,
  tls: {sni: 'web', alpn: ['http/1.1'], certificate: undefined},
  refuses: undefined,
}

test('mTLS around the TLS of a client: the server finds a handshake in it, and the TLS of the client when it forwards that', () => {
  const around = passedOn(call(MUTUAL, false), HTTPS, SITE, 0)
  expect(around).toMatchObject({head: undefined, tls: {sni: 'outbound_.443_._.web'}, inside: HTTPS})
  // RFC 8446, 5.1: a record of a handshake.
  expect(around.payload?.charCodeAt(0)).toBe(22)
  expect(passedOn(call(undefined, true), around, SITE, 0)).toEqual({...HTTPS, forwarded: true})
})

test('TLS that a proxy ended is not found inside its own', () => {
  const again = passedOn(call(MUTUAL, true), HTTPS, SITE, 0)
  expect(again).toMatchObject({head: HTTPS.head, tls: {sni: 'outbound_.443_._.web'}})
  expect(again.inside).toBeUndefined()
  const plain = passedOn(call(undefined, true), HTTPS, SITE, 0)
  expect([plain.tls, plain.forwarded]).toEqual([undefined, undefined])
})

test('a proxy without TLS of its own forwards the TLS of its client', () => {
  expect(passedOn(call(undefined, false), HTTPS, SITE, 0)).toEqual({...HTTPS, forwarded: true})
})
