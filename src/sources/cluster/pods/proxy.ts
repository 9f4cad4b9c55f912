import {BlockList, isIP} from 'node:net'
import type {Environment} from '../credentials/kubeconfig-files.js'

/**
 * The HTTP proxy for a server: the cluster's proxy-url, else HTTPS_PROXY or HTTP_PROXY unless NO_PROXY names the host.
 * Loopback is never proxied through the environment, and NO_PROXY may hold CIDR ranges (client-go, golang.org/x/net/http/httpproxy).
 */
export function proxyFor(server: URL, clusterProxy: string | undefined, env: Environment): string | undefined {
  if (clusterProxy !== undefined && clusterProxy !== '') return clusterProxy
  const host = server.hostname.replace(/^\[|\]$/g, '')
  const found = server.protocol === 'https:' ? env.HTTPS_PROXY || env.https_proxy : env.HTTP_PROXY || env.http_proxy
  if (found === undefined || found === '' || isLoopbackHost(host)) return undefined
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port
  const exempt = (env.NO_PROXY || env.no_proxy || '')
    .split(',')
    .some(entry => matches(entry.trim().toLowerCase(), host, port))
  if (exempt) return undefined
  return found.includes('://') ? found : `http://${found}`
}

/** True for this machine's own addresses and names. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\./.test(host)
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '') return false
  if (entry === '*') return true
  if (entry.includes('/')) return inRange(entry, host)
  const split = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry)
  const name = split?.[1] ?? entry
  if (split?.[2] !== undefined && split[2] !== port) return false
  if (isIP(name) !== 0) return name === host
  const suffix = name.replace(/^\*?\./, '')
  if (name !== suffix) return host.endsWith(`.${suffix}`)
  return host === suffix || host.endsWith(`.${suffix}`)
}

function inRange(entry: string, host: string): boolean {
  const [network = '', bits = ''] = entry.split('/')
  const family = isIP(network)
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(bits)) return false
  if (Number(bits) > (family === 4 ? 32 : 128)) return false
  const name = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(network, Number(bits), name)
  return list.check(host, name)
}
