import {isKnownProtocol, protocolClass} from '../../../model/istio-config/protocol.js'
import {parseIp, parseIpRange} from '../../../model/kernel/ip-address.js'
import {listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {exportToProblems} from './export-to.js'
import {isDnsName, isWildcardName, type Problem, problemIf, repeated} from './problem.js'

function portProblems(spec: unknown): readonly Problem[] {
  const ports = listOf(spec, 'ports')
  return [
    ...ports.flatMap((port, index) => {
      const number = numberOf(port, 'number') ?? 0
      const path = `spec.ports[${index}]`
      return [
        ...problemIf(number < 1 || number > 65_535, `${path}.number`, `${number} is no port`),
        ...problemIf((textOf(port, 'name') ?? '') === '', `${path}.name`, 'a port needs a name'),
        ...problemIf(
          (textOf(port, 'protocol') ?? '') !== '' && !isKnownProtocol(textOf(port, 'protocol') ?? ''),
          `${path}.protocol`,
          `${textOf(port, 'protocol')} is no protocol`,
        ),
      ]
    }),
    ...repeated(ports.map(port => textOf(port, 'name') ?? ''))
      .filter(({value}) => value !== '')
      .map(({value, index}) => ({path: `spec.ports[${index}].name`, message: `port name ${value} is used twice`})),
  ]
}

function endpointProblems(spec: unknown, resolution: string): readonly Problem[] {
  const names = new Set(listOf(spec, 'ports').map(port => textOf(port, 'name') ?? ''))
  return listOf(spec, 'endpoints').flatMap((endpoint, index) => {
    const path = `spec.endpoints[${index}]`
    const address = textOf(endpoint, 'address') ?? ''
    const foreign = Object.keys(objectOf(endpoint, 'ports') ?? {}).filter(name => !names.has(name))
    const name = !address.startsWith('unix://') && parseIp(address) === undefined
    return [
      ...problemIf(foreign.length > 0, `${path}.ports`, `${foreign.join(', ')} is no port of the ServiceEntry`),
      ...problemIf(
        resolution === 'STATIC' && address !== '' && name,
        `${path}.address`,
        `${address} is no address: resolution STATIC needs one`,
      ),
      ...problemIf(
        resolution.startsWith('DNS') && address !== '' && name && !isDnsName(address),
        `${path}.address`,
        `${address} is no DNS name`,
      ),
    ]
  })
}

/** What istiod's webhook rejects in a ServiceEntry, besides its schema. */
export function serviceEntryErrors(spec: unknown, namespace: string): readonly Problem[] {
  const hosts = textsOf(spec, 'hosts')
  const resolution = textOf(spec, 'resolution') ?? 'NONE'
  const endpoints = listOf(spec, 'endpoints').length
  const undistinguished = listOf(spec, 'ports').find(
    port => !['http', 'tls'].includes(protocolClass(textOf(port, 'protocol') ?? '') ?? ''),
  )
  const selects = objectOf(spec, 'workloadSelector') !== undefined
  return [
    ...problemIf(hosts.length === 0, 'spec.hosts', 'a ServiceEntry needs a host'),
    ...hosts.flatMap((host, index) => {
      const path = `spec.hosts[${index}]`
      const byName = resolution.startsWith('DNS') && endpoints === 0 && !selects
      return [
        // The schema refuses the host "*" itself.
        ...problemIf(host !== '*' && !isWildcardName(host), path, `${host} is no DNS name`),
        ...problemIf(
          byName && host.startsWith('*') && host !== '*' && resolution !== 'DYNAMIC_DNS',
          path,
          `resolution ${resolution} cannot resolve ${host} without endpoints`,
        ),
      ]
    }),
    ...textsOf(spec, 'addresses').flatMap((address, index) =>
      problemIf(parseIpRange(address) === undefined, `spec.addresses[${index}]`, `${address} is no address`),
    ),
    ...portProblems(spec),
    ...problemIf(
      hosts.length > 1 && resolution !== 'NONE' && undistinguished !== undefined,
      'spec.hosts',
      `several hosts need ports with HTTP, HTTPS or TLS, not ${textOf(undistinguished, 'protocol') ?? 'TCP'}: nothing else tells them apart`,
    ),
    ...exportToProblems(spec, namespace, true),
    ...endpointProblems(spec, resolution),
  ]
}
