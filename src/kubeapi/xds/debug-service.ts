import {createSecureServer, type Http2SecureServer, type ServerHttp2Stream} from 'node:http2'
import {parseSyncz} from '../../formats/istio/istiod-syncz.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {ServerCertificate} from '../certificate.js'
import {SERVE_LIMITS} from '../limits.js'
import type {PodEndpoints} from '../pod-endpoints.js'
import {readMessage, textField} from '../protobuf.js'
import {clientConfig, discoveryResponse, packAny} from './sync-message.js'

const STREAM_PATH = '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources'
const DEBUG_TYPE = 'istio.io/debug'
/** A gRPC status code (grpc.github.io, "Status codes and their use"). */
const UNIMPLEMENTED = '12'

/** A gRPC message on the wire: an uncompressed flag and the length before it (gRPC over HTTP/2, "Length-Prefixed-Message"). */
function grpcFrame(body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(body.length, 1)
  return Buffer.concat([head, body])
}

/**
 * istiod's xDS debug service as istioctl's proxy-status and internal-debug ask it: gRPC over HTTP/2 and TLS, on given connections.
 * It knows the recorded state of every proxy and the recorded debug pages; configuration in Envoy's binary form is not available.
 */
export function debugService(
  source: Source,
  pages: PodEndpoints,
  {certPem, keyPem}: ServerCertificate,
  pod: PodRef,
): Http2SecureServer {
  async function version(): Promise<string> {
    const answer = await source.evidence('istiod.version', pod)
    return answer.ok ? (Buffer.from(answer.value.bytes).toString('utf8').trim().split('-unknown')[0] ?? '') : ''
  }

  async function resources(typeUrl: string, names: readonly string[]): Promise<readonly Buffer[]> {
    if (typeUrl === `${DEBUG_TYPE}/syncz`) {
      const answer = await source.evidence('istiod.syncz', pod)
      const page = answer.ok ? parseSyncz(answer.value) : answer
      return page.ok ? page.value.proxies.map(clientConfig) : []
    }
    if (typeUrl !== DEBUG_TYPE) return []
    const found = await Promise.all(names.map(name => pages.page(pod, 'GET', `/debug/${name}`)))
    return found.map(({body}) => packAny(DEBUG_TYPE, body))
  }

  function serve(stream: ServerHttp2Stream): void {
    stream.respond({':status': 200, 'content-type': 'application/grpc'}, {waitForTrailers: true})
    stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}))
    const answered = new Set<string>()
    let held = Buffer.alloc(0)
    let queue = Promise.resolve()

    async function onRequest(body: Buffer): Promise<void> {
      const fields = readMessage(body)
      const typeUrl = textField(fields, 4)
      const names = (fields?.get(3) ?? []).map(each => (Buffer.isBuffer(each) ? each.toString('utf8') : ''))
      // The first question of each kind is answered; what follows are acknowledgements.
      const key = [typeUrl, ...names].join('\u0000')
      if (answered.has(key)) return
      answered.add(key)
      const answer = {
        typeUrl,
        resources: await resources(typeUrl, names),
        istiod: pod.name,
        version: await version(),
      }
      if (!stream.destroyed) stream.write(grpcFrame(discoveryResponse(answer)))
    }

    stream.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      if (held.length > SERVE_LIMITS.debugRequestBytes) return stream.close()
      while (held.length >= 5 && held.length >= 5 + held.readUInt32BE(1)) {
        const end = 5 + held.readUInt32BE(1)
        const body = held.subarray(5, end)
        held = held.subarray(end)
        queue = queue
          .then(() => onRequest(body))
          .catch(() => {
            stream.destroy()
          })
      }
    })
    stream.on('end', () => {
      void queue.then(() => {
        stream.end()
      })
    })
    stream.on('error', () => undefined)
  }

  const server = createSecureServer({cert: certPem, key: keyPem, allowHTTP1: false})
  server.on('sessionError', () => undefined)
  server.on('stream', (stream, headers) => {
    if (headers[':path'] === STREAM_PATH) serve(stream)
    else
      stream.respond(
        {':status': 200, 'content-type': 'application/grpc', 'grpc-status': UNIMPLEMENTED},
        {endStream: true},
      )
  })
  return server
}
