import {type Answer, answered} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import {parseIp} from '../../model/kernel/ip-address.js'
import type {ListeningSocket, SocketTable} from '../../model/kernel/socket.js'
import {textOf} from '../decode.js'
import {decodeListeners} from './listeners.js'
import {parseSections, section} from './parse.js'

/**
 * The sockets Envoy opens for the listeners of its config_dump: those it binds (`bind_to_port`, config.listener.v3.Listener), with
 * an IP address; the others only exist to be handed connections.
 */
export function listenerSockets(artifact: Artifact): Answer<SocketTable> {
  const dump = parseSections(artifact, ['Listeners'])
  const held = dump.ok ? section(dump.value, 'Listeners') : dump
  if (!held.ok) return held
  const sockets = decodeListeners(held.value).flatMap((listener): ListeningSocket[] => {
    if (!listener.bindToPort || listener.internal) return []
    const udp = textOf(listener.json, 'address', 'socket_address', 'protocol') === 'UDP'
    return [listener.address, ...listener.additional]
      .filter(address => parseIp(address) !== undefined)
      .map(address => ({
        protocol: udp ? 'udp' : 'tcp',
        serves: address.includes(':') ? 'ipv6' : 'ipv4',
        address,
        port: listener.port,
        count: 1,
        process: 'envoy',
        line: `listener ${listener.name}`,
      }))
  })
  const inOrder = [...sockets].sort((a, b) => a.port - b.port)
  return answered({form: 'envoy-config-dump', sockets: inOrder, unreadable: []})
}
