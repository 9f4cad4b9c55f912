import {listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {isWildcardName, type Problem, problemIf, repeated} from './problem.js'

const ENDPOINT = /^(?:127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):\d{1,5}$|^unix:\/\/./

function ingressProblems(spec: unknown): readonly Problem[] {
  const listeners = listOf(spec, 'ingress')
  return [
    ...listeners.flatMap((each, index) => {
      const path = `spec.ingress[${index}]`
      const endpoint = textOf(each, 'defaultEndpoint') ?? ''
      return [
        ...problemIf(objectOf(each, 'port') === undefined, `${path}.port`, 'port is required'),
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
  return listeners.flatMap((each, index) => {
    const path = `spec.egress[${index}]`
    const hosts = textsOf(each, 'hosts')
    const open = objectOf(each, 'port') === undefined && (textOf(each, 'bind') ?? '') === ''
    return [
      ...problemIf(hosts.length === 0, `${path}.hosts`, 'an egress listener needs hosts'),
      ...hosts.flatMap((host, number) => {
        const [namespace = '', name = '', ...rest] = host.split('/')
        const wrong = namespace === '' || name === '' || rest.length > 0 || !isWildcardName(name)
        return problemIf(wrong, `${path}.hosts[${number}]`, `${JSON.stringify(host)} is not NAMESPACE/HOST`)
      }),
      ...problemIf(open && index < listeners.length - 1, path, 'only the last egress listener can be without a port'),
    ]
  })
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
