import {isKnownProtocol, protocolClass} from '../../../model/istio-config/protocol.js'
import {parseIp} from '../../../model/kernel/ip-address.js'
import {isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {isPort, type Problem, problemIf, repeated} from './problem.js'
import {gatewayHostProblems} from './scoped-hosts.js'
import {CERTIFICATE_FIELDS, serverTlsProblems} from './server-tls.js'
import {isSocket, socketProblems} from './socket.js'

function hostProblems(hosts: readonly string[], path: string): readonly Problem[] {
  return [
    ...problemIf(hosts.length === 0, path, 'a server needs hosts'),
    ...hosts.flatMap((host, index) => gatewayHostProblems(host, `${path}[${index}]`)),
  ]
}

function bindProblems(server: unknown, path: string): readonly Problem[] {
  const bind = textOf(server, 'bind') ?? ''
  if (bind === '') return []
  if (!isSocket(bind)) return problemIf(parseIp(bind) === undefined, `${path}.bind`, `${bind} is not an address`)
  return [
    ...socketProblems(bind, `${path}.bind`),
    ...problemIf((numberOf(server, 'port', 'number') ?? 0) !== 0, `${path}.port.number`, 'a socket has no port'),
  ]
}

function portProblems(server: unknown, path: string): readonly Problem[] {
  const port = objectOf(server, 'port')
  // The schema requires it.
  if (port === undefined) return []
  const number = numberOf(port, 'number') ?? 0
  const protocol = textOf(port, 'protocol') ?? ''
  const socket = number === 0 && isSocket(textOf(server, 'bind') ?? '')
  return [
    ...problemIf(!socket && !isPort(number), `${path}.number`, `${number} is not a port`),
    ...problemIf((textOf(port, 'name') ?? '') === '', `${path}.name`, `port ${number} needs a name`),
    ...problemIf(
      !isKnownProtocol(protocol),
      `${path}.protocol`,
      protocol === '' ? 'a port needs a protocol' : `${protocol} is not a protocol`,
    ),
    ...problemIf((numberOf(port, 'targetPort') ?? 0) !== 0, `${path}.targetPort`, 'a server has no targetPort'),
  ]
}

function serverProblems(server: unknown, path: string): readonly Problem[] {
  const protocol = (textOf(server, 'port', 'protocol') ?? '').toUpperCase()
  const tls = objectOf(server, 'tls')
  const ports = portProblems(server, `${path}.port`)
  // What a port speaks is looked at only when the port itself is right.
  const right = ports.length === 0 && objectOf(server, 'port') !== undefined
  // Plain HTTP may have tls for the redirect to HTTPS alone.
  const mayHaveTls =
    protocolClass(protocol) === 'tls' ||
    (protocolClass(protocol) === 'http' &&
      ['PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(textOf(tls, 'mode') ?? 'PASSTHROUGH') &&
      CERTIFICATE_FIELDS.every(name => (textOf(tls, name) ?? '') === ''))
  return [
    ...hostProblems(textsOf(server, 'hosts'), `${path}.hosts`),
    ...ports,
    ...bindProblems(server, path),
    ...problemIf(
      right && protocolClass(protocol) === 'tls' && !isObject(tls),
      `${path}.tls`,
      `a server with protocol ${protocol} needs tls`,
    ),
    ...problemIf(
      right && isObject(tls) && !mayHaveTls,
      `${path}.tls`,
      `a server with protocol ${protocol} cannot have tls`,
    ),
    ...serverTlsProblems(tls, `${path}.tls`),
  ]
}

/** What istiod's webhook rejects in a Gateway, besides its schema. */
export function gatewayErrors(spec: unknown): readonly Problem[] {
  const servers = listOf(spec, 'servers')
  const names = servers.flatMap(server =>
    objectOf(server, 'port') === undefined ? [] : [textOf(server, 'port', 'name') ?? ''],
  )
  return [
    ...problemIf(servers.length === 0, 'spec.servers', 'a Gateway needs a server'),
    ...servers.flatMap((server, index) => serverProblems(server, `spec.servers[${index}]`)),
    ...repeated(names).map(({value, index}) => ({
      path: `spec.servers[${index}].port.name`,
      message: `port name ${JSON.stringify(value)} is used twice`,
    })),
  ]
}
