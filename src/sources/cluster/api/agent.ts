import {X509Certificate} from 'node:crypto'
import http from 'node:http'
import https, {type AgentOptions} from 'node:https'
import {createSecureContext, type SecureContext} from 'node:tls'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {UserError} from '../../../model/evidence/user-error.js'
import {LIMITS} from '../../limits.js'
import type {Credentials} from '../credentials/credentials.js'
import type {ClusterAccess} from '../credentials/kubeconfig.js'

/** Maximum number of kept connections to the API server; further calls wait. WebSockets leave the pool after the upgrade. */
const MAX_CONNECTIONS = 16

/** One keep-alive agent for every call to a server, through its proxy when there is one; TLS settings and certificate are fixed in it. */
export async function agentFor(
  access: Pick<ClusterAccess, 'server' | 'tls' | 'proxyUrl'>,
  credentials: Credentials,
): Promise<http.Agent> {
  const options: AgentOptions = {
    keepAlive: true,
    maxSockets: MAX_CONNECTIONS,
    maxFreeSockets: MAX_CONNECTIONS,
    rejectUnauthorized: access.tls.rejectUnauthorized,
    ALPNProtocols: ['http/1.1'],
    ...definedFields({ca: access.tls.ca}),
    servername: access.tls.servername ?? serverNameOf(access.server.hostname),
    ...(credentials.certificate === undefined ? {} : {cert: credentials.certificate, key: credentials.key}),
  }
  const secure = access.server.protocol === 'https:'
  const context = secure ? {secureContext: secureContext(options)} : {}
  if (access.proxyUrl === undefined)
    return secure ? connectedEarly({...options, ...context}, access.server) : new http.Agent(options)
  const proxy = proxyUrl(access.proxyUrl)
  if (proxy.protocol.startsWith('socks')) {
    const {SocksProxyAgent} = await import('socks-proxy-agent')
    return new SocksProxyAgent(proxy, options)
  }
  const {HttpProxyAgent, HttpsProxyAgent} = await import('hpagent')
  return secure
    ? new HttpsProxyAgent({...options, proxy: proxy.href})
    : new HttpProxyAgent({...options, proxy: proxy.href})
}

/**
 * The TLS settings of every connection, made once. OpenSSL parses certificates and keys here, so invalid ones are reported instead of at the first
 * connection.
 */
function secureContext({ca, cert, key}: AgentOptions): SecureContext {
  const parts = [
    {options: {ca}, what: 'the certificate authority (certificate-authority) is not a PEM certificate'},
    {options: {cert}, what: 'the client certificate (client-certificate) is not a PEM certificate'},
    {options: {key}, what: 'the key of the client certificate (client-key) is not a PEM key'},
    {
      options: {cert, key},
      what: 'the client certificate and its key (client-certificate, client-key) do not fit together',
    },
  ]
  // OpenSSL takes an authority that holds no certificate and then trusts no server.
  if (Buffer.isBuffer(ca)) refuseInvalid(() => new X509Certificate(ca), parts[0]?.what ?? '')
  try {
    return createSecureContext(definedFields({ca, cert, key}))
  } catch (error) {
    for (const {options, what} of parts) {
      if (!Object.values(options).every(part => part === undefined))
        refuseInvalid(() => createSecureContext(options), what)
    }
    throw error
  }
}

function refuseInvalid(read: () => unknown, what: string): void {
  try {
    read()
  } catch (error) {
    throw new UserError(`${what}: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'It comes from the kubeconfig or from its credential plugin.',
    })
  }
}

function proxyUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^(https?|socks(4|4a|5|5h)?):$/.test(url.protocol)) {
    throw new UserError('the proxy address is not a http, https or socks5 URL', {
      hint: "It comes from the cluster's proxy-url or from HTTPS_PROXY.",
    })
  }
  return url
}

/** The SNI name; an address has none (RFC 6066, 3). (Node's own check is a regular expression that takes 3 ms to compile.) */
function serverNameOf(hostname: string): string {
  return hostname.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(hostname) ? '' : hostname
}

/**
 * An agent that opens its first connection immediately, so the TLS handshake runs while the rest of the program loads; the first
 * request uses it. If it fails, it is dropped silently: the first request then opens its own and reports the error.
 */
function connectedEarly(options: AgentOptions, server: URL): https.Agent {
  const agent = new https.Agent(options)
  const connect = agent.createConnection.bind(agent)
  const host = server.hostname.replace(/^\[|\]$/g, '')
  const first = connect({...options, host, port: Number(server.port || 443)})
  if (first === undefined || first === null) return agent
  const freshUntil = performance.now() + LIMITS.freshConnectionMs
  const ignore = () => undefined
  first.on('error', ignore)
  let waiting = true
  return Object.assign(agent, {
    createConnection(...request: Parameters<typeof connect>) {
      const usable = waiting && !first.destroyed && performance.now() < freshUntil
      if (waiting && !usable) first.destroy()
      waiting = false
      if (!usable) return connect(...request)
      first.off('error', ignore)
      return first
    },
    destroy() {
      if (waiting) first.destroy()
      https.Agent.prototype.destroy.call(agent)
    },
  })
}
