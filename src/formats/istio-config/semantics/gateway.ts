import {isKnownProtocol, protocolClass} from '../../../model/istio-config/protocol.js'
import {parseIp} from '../../../model/kernel/ip-address.js'
import {isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {isWildcardName, type Problem, problemIf, repeated} from './problem.js'

const CERTIFICATES = ['serverCertificate', 'privateKey', 'caCertificates']

function hostProblems(hosts: readonly string[], path: string): readonly Problem[] {
  return [
    ...problemIf(hosts.length === 0, path, 'a server needs hosts'),
    ...hosts.flatMap((host, index) => {
      const parts = host.split('/')
      const name = parts.at(-1) ?? ''
      const wrong = parts.length > 2 || parts.includes('') || !isWildcardName(name)
      return problemIf(wrong, `${path}[${index}]`, `${JSON.stringify(host)} is no host, nor NAMESPACE/HOST`)
    }),
  ]
}

function sourceProblems(tls: unknown, path: string): readonly Problem[] {
  const mode = textOf(tls, 'mode') ?? 'PASSTHROUGH'
  const set = (name: string) => (textOf(tls, name) ?? '') !== ''
  const [certificate, key, client] = CERTIFICATES.map(set)
  if (mode === 'ISTIO_MUTUAL') {
    const lists = ['credentialNames', 'tlsCertificates'].filter(name => listOf(tls, name).length > 0)
    const own = [...[...CERTIFICATES, 'credentialName'].filter(set), ...lists]
    return problemIf(own.length > 0, path, `ISTIO_MUTUAL uses the certificates of Istio, not ${own.join(', ')}`)
  }
  const sources = [
    certificate === true && key === true ? 'serverCertificate' : '',
    set('credentialName') ? 'credentialName' : '',
    textsOf(tls, 'credentialNames').length > 0 ? 'credentialNames' : '',
    listOf(tls, 'tlsCertificates').length > 0 ? 'tlsCertificates' : '',
  ].filter(name => name !== '')
  const several = problemIf(sources.length > 1, path, `only one of ${sources.join(', ')} can be set`)
  if (!['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'].includes(mode) || sources.some(name => name.startsWith('credential')))
    return several
  if (sources.includes('tlsCertificates'))
    return [...several, ...problemIf(mode !== 'SIMPLE' && client === false, path, `mode ${mode} needs caCertificates`)]
  return [
    ...several,
    ...problemIf(
      certificate === false,
      path,
      `mode ${mode} needs credentialName, or serverCertificate with privateKey`,
    ),
    ...problemIf(certificate === true && key === false, path, `mode ${mode} needs a privateKey`),
    ...problemIf(mode !== 'SIMPLE' && client === false, path, `mode ${mode} needs caCertificates`),
  ]
}

function serverProblems(server: unknown, path: string): readonly Problem[] {
  const port = objectOf(server, 'port')
  const protocol = (textOf(port, 'protocol') ?? '').toUpperCase()
  const number = numberOf(port, 'number') ?? 0
  const tls = objectOf(server, 'tls')
  const bind = textOf(server, 'bind') ?? ''
  // Plain HTTP may have tls for the redirect to HTTPS alone.
  const mayHaveTls =
    protocolClass(protocol) === 'tls' ||
    (protocolClass(protocol) === 'http' &&
      ['PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(textOf(tls, 'mode') ?? 'PASSTHROUGH') &&
      CERTIFICATES.every(name => (textOf(tls, name) ?? '') === ''))
  return [
    ...hostProblems(textsOf(server, 'hosts'), `${path}.hosts`),
    ...(port === undefined
      ? []
      : [
          ...problemIf(
            (number < 1 || number > 65_535) && !bind.startsWith('unix://'),
            `${path}.port.number`,
            `${number} is no port`,
          ),
          ...problemIf((textOf(port, 'name') ?? '') === '', `${path}.port.name`, 'a port needs a name'),
          ...problemIf(
            !isKnownProtocol(protocol),
            `${path}.port.protocol`,
            `${protocol === '' ? 'a port needs a protocol' : `${protocol} is no protocol`}`,
          ),
          ...problemIf(port.targetPort !== undefined, `${path}.port.targetPort`, 'a server has no targetPort'),
        ]),
    ...problemIf(
      protocolClass(protocol) === 'tls' && !isObject(tls),
      `${path}.tls`,
      `a server with protocol ${protocol} needs tls`,
    ),
    ...problemIf(
      isObject(tls) && isKnownProtocol(protocol) && !mayHaveTls,
      `${path}.tls`,
      `a server with protocol ${protocol} cannot have tls`,
    ),
    ...sourceProblems(tls, `${path}.tls`),
    ...problemIf(
      bind !== '' && !bind.startsWith('unix://') && parseIp(bind) === undefined,
      `${path}.bind`,
      `${bind} is no address`,
    ),
  ]
}

/** What istiod's webhook rejects in a Gateway, besides its schema. */
export function gatewayErrors(spec: unknown): readonly Problem[] {
  const servers = listOf(spec, 'servers')
  const names = servers.map(server => textOf(server, 'port', 'name') ?? '')
  return [
    ...problemIf(servers.length === 0, 'spec.servers', 'a Gateway needs a server'),
    ...servers.flatMap((server, index) => serverProblems(server, `spec.servers[${index}]`)),
    ...repeated(names)
      .filter(({value}) => value !== '')
      .map(({value, index}) => ({
        path: `spec.servers[${index}].port.name`,
        message: `port name ${value} is used twice`,
      })),
  ]
}
