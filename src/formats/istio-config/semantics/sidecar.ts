import {isKnownProtocol} from '../../../model/istio-config/protocol.js'
import {parseIp} from '../../../model/kernel/ip-address.js'
import {listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {isWildcardName, type Problem, problemIf, repeated} from './problem.js'

const ENDPOINT = /^(?:127\.0\.0\.1|0\.0\.0\.0|\[::1?\])?:\d{1,5}$|^unix:\/\/./

/** What is wrong with the port and the address of a listener. */
function listenerProblems(listener: unknown, path: string): readonly Problem[] {
  const protocol = textOf(listener, 'port', 'protocol') ?? ''
  const bind = textOf(listener, 'bind') ?? ''
  return [
    ...problemIf(protocol !== '' && !isKnownProtocol(protocol), `${path}.port.protocol`, `${protocol} is no protocol`),
    ...problemIf(
      bind !== '' && !bind.startsWith('unix://') && parseIp(bind) === undefined,
      `${path}.bind`,
      `${bind} is no address`,
    ),
    ...problemIf(
      numberOf(listener, 'port', 'targetPort') !== undefined,
      `${path}.port.targetPort`,
      'a listener has no targetPort',
    ),
  ]
}

/** What the TLS settings of an ingress listener cannot have, which those of a gateway can. */
function sidecarTlsProblems(listener: unknown, path: string): readonly Problem[] {
  const tls = objectOf(listener, 'tls')
  const mode = textOf(tls, 'mode') ?? ''
  const set = ['subjectAltNames', 'httpsRedirect', 'credentialName'].filter(name => tls?.[name] !== undefined)
  return [
    ...problemIf(set.length > 0, `${path}.tls`, `${set.join(', ')} cannot be set for a sidecar`),
    ...problemIf(
      ['ISTIO_MUTUAL', 'AUTO_PASSTHROUGH'].includes(mode),
      `${path}.tls.mode`,
      `mode ${mode} is for gateways`,
    ),
  ]
}

function ingressProblems(spec: unknown): readonly Problem[] {
  const listeners = listOf(spec, 'ingress')
  return [
    ...listeners.flatMap((each, index) => {
      const path = `spec.ingress[${index}]`
      const endpoint = textOf(each, 'defaultEndpoint') ?? ''
      return [
        ...problemIf(objectOf(each, 'port') === undefined, `${path}.port`, 'port is required'),
        ...listenerProblems(each, path),
        ...sidecarTlsProblems(each, path),
        ...problemIf(
          endpoint !== '' && !ENDPOINT.test(endpoint),
          `${path}.defaultEndpoint`,
          `${endpoint} is not 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix://PATH`,
        ),
      ]
    }),
    ...repeated(listeners.map(each => String(numberOf(each, 'port', 'number') ?? 0))).map(({value, index}) => ({
      path: `spec.ingress[${index}].port.number`,
      message: `port ${value} is used twice`,
    })),
  ]
}

function egressProblems(spec: unknown): readonly Problem[] {
  const listeners = listOf(spec, 'egress')
  const ports = listeners.map((each, index) => `${numberOf(each, 'port', 'number') ?? `none of ${index}`}`)
  const twice = repeated(ports).map(({value, index}) => ({
    path: `spec.egress[${index}].port.number`,
    message: `port ${value} is used twice`,
  }))
  const own = listeners.flatMap((each, index) => {
    const path = `spec.egress[${index}]`
    const hosts = textsOf(each, 'hosts')
    const open = objectOf(each, 'port') === undefined
    return [
      ...listenerProblems(each, path),
      ...problemIf(hosts.length === 0, `${path}.hosts`, 'an egress listener needs hosts'),
      ...hosts.flatMap((host, number) => {
        const [namespace = '', name = '', ...rest] = host.split('/')
        const wrong = namespace === '' || name === '' || rest.length > 0 || !isWildcardName(name)
        return problemIf(wrong, `${path}.hosts[${number}]`, `${JSON.stringify(host)} is not NAMESPACE/HOST`)
      }),
      ...problemIf(open && index < listeners.length - 1, path, 'only the last egress listener can be without a port'),
    ]
  })
  return [...own, ...twice]
}

/** What istiod's webhook rejects in a Sidecar, besides its schema. */
export function sidecarErrors(spec: unknown): readonly Problem[] {
  const parts = ['ingress', 'egress'].some(name => listOf(spec, name).length > 0)
  const settings = ['outboundTrafficPolicy', 'inboundConnectionPool'].some(name => objectOf(spec, name) !== undefined)
  return [
    ...problemIf(!parts && !settings, 'spec', 'the Sidecar is empty'),
    ...ingressProblems(spec),
    ...egressProblems(spec),
  ]
}
