import http from 'node:http'
import https, {type AgentOptions} from 'node:https'
import {UserError} from '../../model/user-error.js'
import type {Credentials} from './credentials.js'
import type {ClusterAccess} from './kubeconfig.js'

/** Connections kept to the API server; more calls than this wait. WebSockets leave the pool when they are upgraded. */
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
    ...(access.tls.ca === undefined ? {} : {ca: access.tls.ca}),
    ...(access.tls.servername === undefined ? {} : {servername: access.tls.servername}),
    ...(credentials.certificate === undefined ? {} : {cert: credentials.certificate, key: credentials.key}),
  }
  const secure = access.server.protocol === 'https:'
  if (access.proxyUrl === undefined) return secure ? new https.Agent(options) : new http.Agent(options)
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

function proxyUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^(https?|socks(4|4a|5|5h)?):$/.test(url.protocol)) {
    throw new UserError('the proxy address is not a http, https or socks5 URL', {
      hint: "It comes from the cluster's proxy-url or from HTTPS_PROXY.",
    })
  }
  return url
}
