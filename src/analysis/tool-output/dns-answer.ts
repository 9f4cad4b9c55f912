import type {DnsAnswer} from '../../model/evidence/tool-output.js'

const AUTOMATIC = /^240\.240\.|^2001:2:/
const IN_CLUSTER = /\.svc(?:\.|$)/

/** Names of one or two labels are completed by the search domains of /etc/resolv.conf (resolv.conf(5), ndots), which dig and some builds of BusyBox leave out. */
function searched(name: string): string {
  return name.replace(/\.$/, '').split('.').length > 2 || name === 'the name'
    ? ''
    : ` A short name needs the search domains of /etc/resolv.conf, which dig (without +search) and some nslookup do not use: if it is a Service, ask NAME.NAMESPACE.svc.cluster.local in full.`
}

function missing(name: string): string {
  return IN_CLUSTER.test(name)
    ? 'no Service of this name is in that namespace; compare name, namespace and cluster domain'
    : "the cluster's DNS has no such name. The host of a ServiceEntry is not in it either: only the DNS proxy of a sidecar (ISTIO_META_DNS_CAPTURE) or of ztunnel answers it; Envoy itself routes HTTP by the Host header, to any address"
}

/** What an answer of DNS says in a mesh, and who gave it. */
export function dnsFindings({question = 'the name', status, addresses, server}: DnsAnswer): readonly string[] {
  const agent = server?.includes('15053') === true || server?.startsWith('127.0.0.1') === true
  const by = server === undefined ? '' : ` (asked: ${server}${agent ? ', the DNS proxy of the agent' : ''})`
  if (status === 'timeout')
    return [
      `no answer from DNS${by}: the resolver is down, or port 53 (UDP and TCP) is blocked by a NetworkPolicy or firewall; with DNS capture the agent on 15053 must run`,
    ]
  if (status === 'SERVFAIL')
    return [
      `${question}: SERVFAIL${by}: the resolver that was asked failed, or its own upstream resolver did. The agent (15053) passes on names that are not of the mesh to those in resolv.conf: ask them directly`,
    ]
  if (status === 'NXDOMAIN')
    return [`${question}: NXDOMAIN${by}: ${missing(question)}.${searched(question)}`.replace(/\.$/, '')]
  if (addresses.length === 0) return [`${question}: ${status}, without an address${by}`]
  return [
    `${question}: ${addresses.join(', ')}${by}`,
    ...addresses
      .filter(address => AUTOMATIC.test(address))
      .map(
        address =>
          `${address} is an automatic address of Istio: the DNS proxy of the sidecar gave it for the host of a ServiceEntry without addresses; no route outside the mesh leads to it`,
      ),
  ]
}
