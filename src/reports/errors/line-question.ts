import {ipIn, peerIp} from '../../analysis/access-failures/peer.js'
import {sideOf} from '../../analysis/log-explanation/side.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {FromWord} from '../trace/path-report.js'
import type {PathFlags} from '../trace/path-spec.js'

/** The request a line of an access log reports, as `trace FROM TO` asks for it. */
export interface LineQuestion {
  readonly from: FromWord
  readonly to: string
  readonly flags: PathFlags
}

/** Who sent the request: the pod of the remote address; behind a gateway, someone outside. */
function senderOf(
  entry: AccessLogEntry,
  pods: readonly MeshPod[],
  writer: MeshPod | undefined,
  caller: PodRef | undefined,
): FromWord | undefined {
  if (caller !== undefined) return {kind: 'pod', pod: caller}
  const remote = peerIp(entry.remoteAddress)
  const local = ipIn(entry.localAddress)
  const at = (ip: string | undefined) =>
    pods.find(each => ip !== undefined && !each.hostNetwork && each.addresses.includes(ip))
  const gateway = writer?.mode === 'gateway' ? writer : at(local)?.mode === 'gateway' ? at(local) : undefined
  const client = at(remote)
  if (client !== undefined) return {kind: 'pod', pod: client.ref}
  if (entry.form === 'ztunnel') {
    const named = pods.find(
      ({ref}) => ref.name === entry.sourcePod?.name && ref.namespace === entry.sourcePod.namespace,
    )
    return named === undefined ? undefined : {kind: 'pod', pod: named.ref}
  }
  if (gateway !== undefined) return {kind: 'pod', pod: gateway.ref}
  if (writer !== undefined && sideOf(entry) !== 'server') return {kind: 'pod', pod: writer.ref}
  return remote === undefined ? undefined : {kind: 'address', ip: remote}
}

/** A line of a gateway tells the address of the gateway, which its clients do not dial. */
function gatewayAt(pods: readonly MeshPod[], ip: string): boolean {
  return pods.some(each => each.mode === 'gateway' && each.addresses.includes(ip))
}

const NAME = /^[a-z0-9][a-z0-9.-]*(?::\d{1,5})?$/i

/** What to ask `trace` about a line; undefined when it does not say who called what. */
export function lineQuestion(
  entry: AccessLogEntry,
  pods: readonly MeshPod[],
  writer: MeshPod | undefined,
  caller?: PodRef,
): LineQuestion | undefined {
  const from = senderOf(entry, pods, writer, caller)
  if (from === undefined) return undefined
  const port = /:(\d+)$/.exec(entry.localAddress ?? '')?.[1]
  const [method = 'GET', path = '/', version = 'HTTP/1.1'] = (entry.request ?? '').split(' ')
  if (entry.request === undefined || entry.tcp || path === '-')
    return entry.localAddress === undefined
      ? undefined
      : {from, to: entry.localAddress, flags: definedFields({sni: entry.sni})}
  if (!/^[A-Z]+$/.test(method) || !path.startsWith('/')) return undefined
  const authority = entry.authority ?? entry.localAddress
  if (authority === undefined || !(NAME.test(authority) || /^\[[0-9a-f:]+\](?::\d{1,5})?$/i.test(authority)))
    return undefined
  const protocol = version === 'HTTP/2' ? 'h2' : version === 'HTTP/1.0' ? 'http/1.0' : 'http/1.1'
  const server = sideOf(entry) === 'server'
  const named = /:\d+$/.test(authority) || port === undefined || server
  // The client's proxy writes the address its application connected to; the server's writes its own.
  const address = server ? undefined : ipIn(entry.localAddress)
  return {
    from,
    to: `http://${authority}${path}`,
    flags: {
      method,
      protocol,
      ...definedFields({
        port: named ? undefined : Number(port),
        address: address === undefined || gatewayAt(pods, address) ? undefined : address,
      }),
    },
  }
}
