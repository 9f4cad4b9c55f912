import {parseIp} from '../../model/kernel/ip-address.js'
import type {KernelListener} from '../../model/kernel/network-namespace.js'
import type {ListeningSocket, SocketTable} from '../../model/kernel/socket.js'

/** The sockets of a pod as the packet walk sees them: a wildcard has no address, a dual-stack one no family. */
export function listenersOf(table: SocketTable): readonly KernelListener[] {
  return table.sockets.map(({protocol, port, address, serves}) => {
    const bound = parseIp(address.replace(/^::ffff:(?=\d+\.)/, ''))
    const wildcard = bound === undefined || bound.bits === 0n
    if (!wildcard) return {protocol, port, address: bound}
    if (serves === 'ipv4') return {protocol, port, family: 'ip'}
    return serves === 'ipv6' ? {protocol, port, family: 'ip6'} : {protocol, port}
  })
}

/** Who listens on a port, in words: the process, else the user. */
export function ownerWords(sockets: readonly ListeningSocket[], protocol: string, port: number): string | undefined {
  const socket = sockets.find(each => each.protocol === protocol && each.port === port)
  if (socket === undefined) return undefined
  if (socket.process !== undefined) return socket.process
  if (socket.uid === undefined) return 'a process that cannot be seen'
  return socket.uid === 1337 ? 'the proxy (uid 1337)' : `uid ${socket.uid}`
}
