import type {AskedRequest} from '../../analysis/authorization/asked.js'
import {traceRequest} from '../../analysis/envoy/trace.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {readDump} from '../../evidence/mesh-world/site.js'
import {proxyOf} from '../../formats/envoy-proto/proxy.js'
import type {EnvoyRequest} from '../../model/envoy/request.js'
import type {Source} from '../../sources/source.js'

/** What the filters in a proxy say about a request. */
export interface ProxyVerdict {
  readonly verdict: 'allowed' | 'denied' | 'external' | 'unknown'
  /** The key of the RBAC policy that denied; `none` where no ALLOW policy matches. */
  readonly policy: string | undefined
  readonly because: string
}

const INBOUND = 15_006

function requestOf(asked: AskedRequest): EnvoyRequest {
  const address = {ip: asked.destinationIp ?? '', port: asked.port ?? 0}
  const alpn = asked.tcp ? ['istio'] : ['istio-http/1.1']
  const {identity} = asked
  return {
    acceptedBy: {ip: '0.0.0.0', port: INBOUND},
    destination: address,
    redirected: true,
    source: {ip: asked.directIp ?? '203.0.113.1', port: 40_000},
    proxyLine: undefined,
    tls:
      typeof identity === 'string'
        ? {
            sni: asked.sni ?? '',
            alpn,
            certificate: {uriSans: [identity], dnsSans: [], subject: '', trusted: true, expired: false},
          }
        : undefined,
    protocol: asked.tcp ? 'tcp' : 'http/1.1',
    method: asked.method ?? 'GET',
    path: asked.path ?? '/',
    headers: [['host', asked.host ?? ''], ...(asked.headers ?? [])],
    bodyBytes: 0,
    chunked: false,
    payload: asked.tcp ? 'hello\r\n' : undefined,
    abortAfter: undefined,
    sequence: 1,
  }
}

/** Runs the filters of a server's proxy; undefined where its configuration was not read, or a token would be needed. */
export async function verdictOfProxy(
  source: Source,
  pod: MeshPod,
  asked: AskedRequest,
): Promise<ProxyVerdict | undefined> {
  if (pod.mode !== 'sidecar' || asked.claims !== null) return undefined
  const dump = await readDump(source, pod)
  if (!dump.ok) return undefined
  const decision = traceRequest(proxyOf(dump.value), requestOf(asked), {
    upstream: () => undefined,
    send: () => ({kind: 'answer', status: 200, after: 0}),
    draw: () => 0,
    now: 0,
    patience: Number.POSITIVE_INFINITY,
  })
  if (!decision.decided)
    return {
      verdict: decision.facts.answeredBy === 'ext-authz' ? 'external' : 'unknown',
      policy: undefined,
      because: `it depends on ${decision.reason}`,
    }
  const {denied, filterChain, handshake} = decision.facts
  if (denied !== undefined)
    return {
      verdict: 'denied',
      policy: denied.policy ?? 'none',
      because: `RBAC: ${denied.policy ?? 'no ALLOW policy matches'}`,
    }
  if (filterChain === 'none' || handshake?.kind === 'failed')
    return {verdict: 'unknown', policy: undefined, because: 'the connection is closed before a policy is asked'}
  return {verdict: 'allowed', policy: undefined, because: 'no RBAC filter denies it'}
}
