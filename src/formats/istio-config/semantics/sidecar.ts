import {isKnownProtocol, protocolClass} from '../../../model/istio-config/protocol.js'
import {parseIp} from '../../../model/kernel/ip-address.js'
import {at, listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {connectionPoolProblems} from './connection-pool.js'
import {isDnsLabel, isDnsName, isPort, isWildcardName, type Problem, problemIf, repeated} from './problem.js'
import {egressHostProblems} from './scoped-hosts.js'
import {serverTlsProblems} from './server-tls.js'
import {hasSocketPath, isSocket, SOCKET, socketProblems} from './socket.js'

const LOCAL_HOSTS = new Set(['', '127.0.0.1', '0.0.0.0', '[::1]', '[::]'])

/** What is wrong with the port and the address of a listener. */
function listenerProblems(listener: unknown, path: string, sockets: boolean): readonly Problem[] {
  const port = objectOf(listener, 'port')
  const protocol = textOf(port, 'protocol') ?? ''
  const name = textOf(port, 'name') ?? ''
  const number = numberOf(port, 'number') ?? 0
  const bind = textOf(listener, 'bind') ?? ''
  const socket = sockets && number === 0
  return [
    ...problemIf(name !== '' && !isDnsLabel(name), `${path}.port.name`, `${name} is not a port name`),
    ...problemIf(
      protocol !== '' && !isKnownProtocol(protocol),
      `${path}.port.protocol`,
      `${protocol} is not a protocol`,
    ),
    ...problemIf((numberOf(port, 'targetPort') ?? 0) !== 0, `${path}.port.targetPort`, 'a listener has no targetPort'),
    ...(socket
      ? [
          ...problemIf(
            !isSocket(bind) || !hasSocketPath(bind),
            `${path}.bind`,
            `a listener without a port number binds to ${SOCKET}PATH`,
          ),
          ...problemIf(
            !['', 'DEFAULT', 'NONE'].includes(textOf(listener, 'captureMode') ?? ''),
            `${path}.captureMode`,
            'the traffic to a socket is not captured',
          ),
        ]
      : [
          ...problemIf(!isPort(number), `${path}.port.number`, `${number} is not a port`),
          ...problemIf(bind !== '' && parseIp(bind) === undefined, `${path}.bind`, `${bind} is not an address`),
        ]),
  ]
}

/** What the TLS settings of an ingress listener cannot have, which those of a gateway can. */
function sidecarTlsProblems(listener: unknown, path: string): readonly Problem[] {
  const tls = objectOf(listener, 'tls')
  if (tls === undefined) return []
  const mode = textOf(tls, 'mode') ?? ''
  const lists = ['subjectAltNames', 'credentialNames', 'tlsCertificates'].filter(name => listOf(tls, name).length > 0)
  const set = [
    ...lists,
    ...(tls.httpsRedirect === true ? ['httpsRedirect'] : []),
    ...((textOf(tls, 'credentialName') ?? '') === '' ? [] : ['credentialName']),
  ]
  const where = `${path}.tls`
  return [
    ...set.flatMap(name => problemIf(true, where, `${name} cannot be set for a sidecar`)),
    ...problemIf(['ISTIO_MUTUAL', 'AUTO_PASSTHROUGH'].includes(mode), `${where}.mode`, `mode ${mode} is for gateways`),
    ...problemIf(
      protocolClass(textOf(listener, 'port', 'protocol') ?? '') !== 'tls',
      where,
      'tls needs a port with protocol HTTPS or TLS',
    ),
    ...serverTlsProblems(tls, where),
  ]
}

function endpointProblems(endpoint: string, path: string): readonly Problem[] {
  if (endpoint === '') return []
  if (isSocket(endpoint)) return socketProblems(endpoint, path)
  const colon = endpoint.lastIndexOf(':')
  const [host, port] = [endpoint.slice(0, colon), endpoint.slice(colon + 1)]
  const forms = `127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or ${SOCKET}PATH`
  if (colon < 0) return [{path, message: `${endpoint} has no port: write ${forms}`}]
  return [
    ...problemIf(!LOCAL_HOSTS.has(host), path, `${endpoint} is not ${forms}`),
    ...problemIf(!/^\d+$/.test(port) || !isPort(Number(port)), path, `${JSON.stringify(port)} is not a port`),
  ]
}

function ingressProblems(spec: unknown): readonly Problem[] {
  const listeners = listOf(spec, 'ingress')
  const withPort = listeners.filter(each => objectOf(each, 'port') !== undefined)
  return [
    ...listeners.flatMap((each, index) => {
      const path = `spec.ingress[${index}]`
      // The schema requires the port.
      if (objectOf(each, 'port') === undefined) return [{path: `${path}.port`, message: 'port is required'}]
      return [
        ...listenerProblems(each, path, false),
        ...endpointProblems(textOf(each, 'defaultEndpoint') ?? '', `${path}.defaultEndpoint`),
        ...sidecarTlsProblems(each, path),
        ...connectionPoolProblems(at(each, 'connectionPool'), `${path}.connectionPool`),
      ]
    }),
    ...repeated(withPort.map(each => String(numberOf(each, 'port', 'number') ?? 0))).map(({value}) => ({
      path: 'spec.ingress',
      message: `port ${value} is used twice`,
    })),
    ...connectionPoolProblems(at(spec, 'inboundConnectionPool'), 'spec.inboundConnectionPool'),
  ]
}

/** What two listeners cannot share: the port, or the socket of those without one. */
function listenerKey(listener: unknown, index: number): string {
  const number = numberOf(listener, 'port', 'number') ?? 0
  if (objectOf(listener, 'port') === undefined) return `none of ${index}`
  return number === 0 ? `socket ${textOf(listener, 'bind') ?? ''}` : `port ${number}`
}

function egressProblems(spec: unknown): readonly Problem[] {
  const listeners = listOf(spec, 'egress')
  const twice = repeated(listeners.map(listenerKey)).map(({value, index}) => ({
    path: `spec.egress[${index}].port.number`,
    message: `${value} is used twice`,
  }))
  const own = listeners.flatMap((each, index) => {
    const path = `spec.egress[${index}]`
    const hosts = textsOf(each, 'hosts')
    const open = objectOf(each, 'port') === undefined
    return [
      ...(open ? [] : listenerProblems(each, path, true)),
      ...problemIf(hosts.length === 0, `${path}.hosts`, 'an egress listener needs hosts'),
      ...hosts.flatMap((host, number) => egressHostProblems(host, `${path}.hosts[${number}]`)),
      ...problemIf(open && index < listeners.length - 1, path, 'only the last egress listener can be without a port'),
    ]
  })
  return [...own, ...twice]
}

function outboundProblems(spec: unknown): readonly Problem[] {
  const policy = objectOf(spec, 'outboundTrafficPolicy')
  const proxy = objectOf(policy, 'egressProxy')
  if (proxy === undefined) return []
  const path = 'spec.outboundTrafficPolicy.egressProxy'
  const [host, subset] = [textOf(proxy, 'host') ?? '', textOf(proxy, 'subset') ?? '']
  if ((textOf(policy, 'mode') ?? 'REGISTRY_ONLY') !== 'ALLOW_ANY')
    return [{path, message: 'egressProxy needs mode ALLOW_ANY'}]
  const name = problemIf(!isDnsName(host), `${path}.host`, `${JSON.stringify(host)} is not a DNS name`)
  if (objectOf(proxy, 'port') === undefined) return [...name, {path: `${path}.port`, message: 'port is required'}]
  const number = numberOf(proxy, 'port', 'number') ?? 0
  return [
    ...name,
    ...problemIf(!isWildcardName(host), `${path}.host`, `${JSON.stringify(host)} is not a DNS name`),
    ...problemIf(subset !== '' && !isDnsLabel(subset), `${path}.subset`, `${subset} is not a subset name`),
    ...problemIf(!isPort(number), `${path}.port.number`, `${number} is not a port`),
  ]
}

/** What istiod's webhook rejects in a Sidecar, besides its schema. */
export function sidecarErrors(spec: unknown): readonly Problem[] {
  const parts = ['ingress', 'egress'].some(name => listOf(spec, name).length > 0)
  const settings = ['outboundTrafficPolicy', 'inboundConnectionPool'].some(name => objectOf(spec, name) !== undefined)
  if (!parts && !settings) return [{path: 'spec', message: 'the Sidecar is empty'}]
  return [...ingressProblems(spec), ...egressProblems(spec), ...outboundProblems(spec)]
}
