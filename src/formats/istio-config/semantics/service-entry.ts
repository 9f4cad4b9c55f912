import {isKnownProtocol, protocolClass} from '../../../model/istio-config/protocol.js'
import {parseIp, parseIpRange} from '../../../model/kernel/ip-address.js'
import {listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {exportToProblems} from './export-to.js'
import {
  isDnsLabel,
  isDnsName,
  isPort,
  isWildcardName,
  labelProblems,
  type Problem,
  problemIf,
  repeated,
} from './problem.js'
import {isSocket} from './socket.js'
import {endpointAddressProblems} from './workload-entry.js'

function portProblems(spec: unknown): readonly Problem[] {
  const ports = listOf(spec, 'ports')
  const names = ports.map(port => textOf(port, 'name') ?? '')
  return [
    ...ports.flatMap((port, index) => {
      const [number, target] = [numberOf(port, 'number') ?? 0, numberOf(port, 'targetPort') ?? 0]
      const [name, protocol] = [textOf(port, 'name') ?? '', textOf(port, 'protocol') ?? '']
      const path = `spec.ports[${index}]`
      return [
        ...problemIf(!isPort(number), `${path}.number`, `${number} is not a port`),
        ...problemIf(target !== 0 && !isPort(target), `${path}.targetPort`, `${target} is not a port`),
        ...problemIf(
          !isDnsLabel(name),
          `${path}.name`,
          name === '' ? 'a port needs a name' : `${name} is not a port name`,
        ),
        ...problemIf(
          protocol !== '' && !isKnownProtocol(protocol),
          `${path}.protocol`,
          `${protocol} is not a protocol`,
        ),
      ]
    }),
    ...repeated(names).map(({value, index}) => ({
      path: `spec.ports[${index}].name`,
      message: `port name ${JSON.stringify(value)} is used twice`,
    })),
  ]
}

function endpointProblems(spec: unknown, resolution: string): readonly Problem[] {
  const names = new Set(listOf(spec, 'ports').map(port => textOf(port, 'name') ?? ''))
  return listOf(spec, 'endpoints').flatMap((endpoint, index) => {
    const path = `spec.endpoints[${index}]`
    const address = textOf(endpoint, 'address') ?? ''
    const ports = Object.entries(objectOf(endpoint, 'ports') ?? {})
    const socket = isSocket(address)
    return [
      ...ports.flatMap(([name, number]) => [
        ...problemIf(!names.has(name), `${path}.ports`, `${name} is not a port of the ServiceEntry`),
        ...problemIf(!isDnsLabel(name), `${path}.ports`, `${JSON.stringify(name)} is not a port name`),
        ...problemIf(typeof number === 'number' && !isPort(number), `${path}.ports.${name}`, `${number} is not a port`),
      ]),
      ...labelProblems(objectOf(endpoint, 'labels'), `${path}.labels`),
      ...(resolution === 'STATIC'
        ? [
            ...endpointAddressProblems(endpoint, path, false),
            ...problemIf(
              socket && names.size !== 1,
              path,
              'an endpoint with a socket needs exactly one port of the ServiceEntry',
            ),
          ]
        : problemIf(
            parseIp(address) === undefined && !isDnsName(address),
            `${path}.address`,
            `${JSON.stringify(address)} is neither an address nor a DNS name`,
          )),
    ]
  })
}

/** What only the hosts of a ServiceEntry with resolution by DNS can have. */
function resolvedProblems(spec: unknown, resolution: string): readonly Problem[] {
  const hosts = textsOf(spec, 'hosts')
  const endpoints = listOf(spec, 'endpoints').length
  const unresolved = endpoints > 0 ? -1 : hosts.findIndex(host => !isDnsName(host))
  return [
    ...problemIf(
      unresolved >= 0,
      `spec.hosts[${unresolved}]`,
      `resolution ${resolution} cannot resolve ${hosts[unresolved]} without endpoints`,
    ),
    ...endpointProblems(spec, resolution),
  ]
}

const DYNAMIC_PROTOCOLS = new Set(['HTTP', 'HTTP2', 'GRPC', 'TLS'])

/** What a ServiceEntry with resolution DYNAMIC_DNS, which resolves the name each client asks for, cannot have. */
function dynamicProblems(spec: unknown): readonly Problem[] {
  const given = ['addresses', 'endpoints'].filter(name => listOf(spec, name).length > 0)
  return [
    ...textsOf(spec, 'hosts').flatMap((host, index) =>
      problemIf(!host.startsWith('*'), `spec.hosts[${index}]`, 'the hosts of resolution DYNAMIC_DNS begin with *'),
    ),
    ...given.map(name => ({path: `spec.${name}`, message: `resolution DYNAMIC_DNS takes no ${name}`})),
    ...listOf(spec, 'ports').flatMap((port, index) =>
      problemIf(
        !DYNAMIC_PROTOCOLS.has((textOf(port, 'protocol') ?? '').toUpperCase()),
        `spec.ports[${index}].protocol`,
        'resolution DYNAMIC_DNS takes ports with protocol HTTP, HTTP2, GRPC or TLS',
      ),
    ),
  ]
}

function resolutionProblems(spec: unknown, resolution: string): readonly Problem[] {
  // The schema refuses endpoints with resolution NONE.
  if (resolution === 'NONE') return []
  if (resolution === 'STATIC') return endpointProblems(spec, resolution)
  return resolution === 'DYNAMIC_DNS' ? dynamicProblems(spec) : resolvedProblems(spec, resolution)
}

/** What istiod's webhook rejects in a ServiceEntry, besides its schema. */
export function serviceEntryErrors(spec: unknown, namespace: string): readonly Problem[] {
  const hosts = textsOf(spec, 'hosts')
  const addresses = textsOf(spec, 'addresses')
  const resolution = textOf(spec, 'resolution') ?? 'NONE'
  const undistinguished = listOf(spec, 'ports').find(
    port => !['http', 'tls'].includes(protocolClass(textOf(port, 'protocol') ?? '') ?? ''),
  )
  return [
    ...problemIf(hosts.length === 0, 'spec.hosts', 'a ServiceEntry needs a host'),
    // The schema refuses the host "*" itself.
    ...hosts.flatMap((host, index) =>
      problemIf(host !== '*' && !isWildcardName(host), `spec.hosts[${index}]`, `${host} is not a DNS name`),
    ),
    ...addresses.flatMap((address, index) =>
      problemIf(parseIpRange(address) === undefined, `spec.addresses[${index}]`, `${address} is not an address`),
    ),
    ...portProblems(spec),
    ...resolutionProblems(spec, resolution),
    ...problemIf(
      hosts.length > 1 && resolution !== 'NONE' && undistinguished !== undefined,
      'spec.hosts',
      `several hosts need ports with HTTP, HTTPS or TLS, not ${textOf(undistinguished, 'protocol') ?? 'TCP'}: nothing else tells them apart`,
    ),
    ...exportToProblems(spec, namespace, true),
  ]
}
