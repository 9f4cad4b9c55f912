import {readFileSync} from 'node:fs'
import {type ClientHttp2Stream, connect, type IncomingHttpHeaders} from 'node:http2'
import {connect as connectTls} from 'node:tls'
import {expect, test} from '@jest/globals'
import {selfSignedCertificate} from '../../../src/kubeapi/certificate.js'
import {podEndpoints} from '../../../src/kubeapi/pod-endpoints.js'
import {messageField, readMessage, textField} from '../../../src/kubeapi/protobuf.js'
import {debugService} from '../../../src/kubeapi/xds/debug-service.js'
import {clientConfig, discoveryResponse} from '../../../src/kubeapi/xds/sync-message.js'
import type {ProxyConnection} from '../../../src/model/istio/sync-state.js'
import {duplexPair} from '../../support/duplex-pair.js'
import {sampleSource} from '../../support/served.js'

/** One response as Go's protobuf library encodes it from Envoy's own definitions (go-control-plane 1.32, deterministic). */
const GOLDEN = Buffer.from(readFileSync('test/fixtures/xds/syncz-response.b64', 'utf8'), 'base64')

test('a proxy’s state is the same bytes as Go writes from Envoy’s definitions', () => {
  const proxy: ProxyConnection = {
    id: 'a-1.b.demo',
    cluster: 'Kubernetes',
    kind: 'sidecar',
    version: '1.31.0',
    types: [
      {type: 'CDS', state: 'SYNCED', sentAt: '2026-11-20T18:54:18.433585078Z'},
      {type: 'LDS', state: 'ERROR', sentAt: '2026-11-20T18:54:18Z', error: 'no such filter'},
      {type: 'RDS', state: 'NOT SENT'},
      {type: 'EDS', state: 'STALE', sentAt: '2026-11-20T18:54:18.000000001Z'},
    ],
  }
  const bytes = discoveryResponse({
    typeUrl: 'istio.io/debug/syncz',
    resources: [clientConfig(proxy)],
    istiod: 'istiod-x',
    version: '1.31.0',
  })
  expect(bytes.toString('hex')).toBe(GOLDEN.toString('hex'))
})

/** A gRPC request of the debug service, asked over TLS and HTTP/2; resolves with the first message and the headers. */
async function ask(path: string, request: Buffer): Promise<{headers: IncomingHttpHeaders; body: Buffer}> {
  const source = await sampleSource()
  const istiod = {namespace: 'istio-system', name: 'istiod-7d5679cd87-m8t7m'}
  const server = debugService(source, podEndpoints(source), selfSignedCertificate(), istiod)
  const [ours, theirs] = duplexPair()
  server.emit('connection', theirs)
  const session = connect('https://localhost', {
    createConnection: () => connectTls({socket: ours, rejectUnauthorized: false, ALPNProtocols: ['h2']}),
  })
  try {
    const stream: ClientHttp2Stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
    })
    const head = Buffer.alloc(5)
    head.writeUInt32BE(request.length, 1)
    stream.write(Buffer.concat([head, request]))
    return await new Promise((resolve, reject) => {
      let headers: IncomingHttpHeaders = {}
      let body = Buffer.alloc(0)
      stream.on('response', each => {
        headers = each
      })
      stream.on('data', (chunk: Buffer) => {
        body = Buffer.concat([body, chunk])
        // Headers and data may come in one packet; their event is the later one.
        if (body.length >= 5 && body.length >= 5 + body.readUInt32BE(1))
          setImmediate(() => resolve({headers, body: body.subarray(5)}))
      })
      stream.on('end', () => resolve({headers, body}))
      stream.on('error', reject)
    })
  } finally {
    session.destroy()
    server.close()
  }
}

const STREAM = '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources'
const typeUrl = (text: string) => Buffer.concat([Buffer.from([(4 << 3) | 2, text.length]), Buffer.from(text)])

test('syncz over gRPC names every recorded proxy and the istiod that answers', async () => {
  const {headers, body} = await ask(STREAM, typeUrl('istio.io/debug/syncz'))
  expect(headers[':status']).toBe(200)
  expect(headers['content-type']).toBe('application/grpc')
  const response = readMessage(body)
  expect(response?.get(2)?.length).toBe(17)
  expect(JSON.parse(textField(messageField(response, 6), 1))).toEqual({
    Component: 'istiod',
    ID: 'istiod-7d5679cd87-m8t7m',
    Info: {version: '1.31.0-rc.0'},
  })
})

test('an unknown method is a gRPC status', async () => {
  const {headers} = await ask(
    '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
    typeUrl('x'),
  )
  expect(headers['grpc-status']).toBe('12')
})
