import type {TrackedConnection} from '../../model/evidence/tool-output.js'
import {grouped} from './grouped.js'

/** Ports on which proxies take redirected connections (istio.io, "Application Requirements"; linkerd.io, "iptables"; Consul, transparent proxy). */
const PROXY_PORTS: ReadonlyMap<number, string> = new Map([
  [15001, 'Envoy, outbound (Istio, Kuma, Consul)'],
  [15006, 'Envoy, inbound (Istio, Kuma)'],
  [15008, 'ztunnel or Envoy, HBONE'],
  [15053, 'the DNS proxy of the agent'],
  [20000, 'Envoy, inbound (Consul)'],
  [4140, 'linkerd-proxy, outbound'],
  [4143, 'linkerd-proxy, inbound'],
])

function target({to, toPort}: TrackedConnection): string {
  return `${to}:${toPort}`
}

function how(connection: TrackedConnection): string {
  const {to, toPort, replyFrom, replyPort} = connection
  if (replyPort === toPort && replyFrom === to) return 'not redirected: without the proxy, directly'
  const proxy = PROXY_PORTS.get(replyPort)
  if (proxy !== undefined) return `redirected to port ${replyPort} (${proxy})`
  return `translated to ${replyFrom}:${replyPort} (DNAT, as kube-proxy does for a Service)`
}

/** What the kernel's table of connections shows of redirection: which connections the proxy gets, and which were never answered. */
export function connectionFindings(connections: readonly TrackedConnection[]): readonly string[] {
  const lines = connections.map(each => {
    const state = each.answered
      ? each.state.toLowerCase()
      : 'not answered (UNREPLIED): the listener does not accept (its queue is full or it is gone), packets are dropped behind the translation, or the pair of ports is still in use by an older connection'
    return `${each.protocol} ${each.from} -> ${target(each)}: ${how(each)}; ${state}`
  })
  return grouped(lines, 'connections')
}
