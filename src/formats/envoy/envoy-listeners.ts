import {type Answer, answered} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PastedTable} from '../../model/evidence/pasted-table.js'
import {parseIp} from '../../model/kernel/ip-address.js'
import type {ListeningSocket, SocketTable} from '../../model/kernel/socket.js'
import {at, listOf, numberOf, textOf} from '../decode.js'
import {parseJson} from '../json-text.js'

/** Listeners a sidecar really binds; istiod's others only exist to be handed connections by 15001 (Envoy, `bind_to_port: false`). */
const BOUND = /^(virtualOutbound|virtualInbound|virtual|connect_terminate|main_internal)$|_(15090|15021|15053)$/

/** Envoy's own listening sockets from `/listeners?format=json`; of a sidecar only those it binds, of a gateway all. */
export function parseEnvoyListeners(artifact: Artifact, all: boolean): Answer<SocketTable> {
  const parsed = parseJson(artifact.bytes, "Envoy's listening addresses")
  if (!parsed.ok) return parsed
  const sockets = listOf(parsed.value, 'listener_statuses').flatMap((entry): ListeningSocket[] => {
    const name = textOf(entry, 'name') ?? ''
    const address = textOf(entry, 'local_address', 'socket_address', 'address')
    const port = numberOf(entry, 'local_address', 'socket_address', 'port_value')
    if (address === undefined || port === undefined || parseIp(address) === undefined) return []
    const wildcard = address === '0.0.0.0' || address === '::' || address.startsWith('127.')
    if (!all && !(BOUND.test(name) && wildcard)) return []
    const serves = address.includes(':') ? 'ipv6' : 'ipv4'
    const udp = textOf(entry, 'local_address', 'socket_address', 'protocol') === 'UDP'
    return [
      {protocol: udp ? 'udp' : 'tcp', serves, address, port, count: 1, process: 'envoy', line: `listener ${name}`},
    ]
  })
  return answered({form: 'envoy', sockets: [...sockets].sort((a, b) => a.port - b.port), unreadable: []})
}

/** The /listeners page as a table of listeners: addresses, ports and names are all it has. */
export function listenersTable(page: unknown): PastedTable {
  const rows = listOf(page, 'listener_statuses').map((entry, index) => {
    const own = [at(entry, 'local_address'), ...listOf(entry, 'additional_local_addresses')]
    const addresses = own.flatMap(
      each => textOf(each, 'socket_address', 'address') ?? textOf(each, 'pipe', 'path') ?? [],
    )
    const port = numberOf(entry, 'local_address', 'socket_address', 'port_value')
    const cells = {
      ADDRESSES: addresses.join(','),
      PORT: port === undefined ? '' : String(port),
      NAME: textOf(entry, 'name') ?? '',
    }
    return {line: index + 1, cells}
  })
  return {
    kind: 'listener',
    columns: ['ADDRESSES', 'PORT', 'NAME'],
    rows,
    headless: false,
    page: "Envoy's /listeners page",
  }
}
