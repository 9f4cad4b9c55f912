import {goUrlHost} from '../../../model/text/go-url.js'
import {at, listOf, objectOf, textOf} from '../../decode.js'
import {parseYamlText} from '../../kube-manifest/yaml-text.js'
import {labelProblems, type Problem, problemIf, repeated} from './problem.js'
import {targetProblems} from './target-refs.js'

/** True for text that holds a JSON Web Key, or a set of them (RFC 7517). */
function isKeySet(text: string): boolean {
  const parsed = parseYamlText(text)
  return Array.isArray(at(parsed, 'keys')) || (textOf(parsed, 'kty') ?? '') !== ''
}

/** What istiod's webhook rejects in a RequestAuthentication, besides its schema. */
export function requestAuthenticationErrors(spec: unknown): readonly Problem[] {
  const rules = listOf(spec, 'jwtRules').flatMap((rule, index) => {
    const path = `spec.jwtRules[${index}]`
    const jwks = textOf(rule, 'jwks') ?? ''
    const uri = textOf(rule, 'jwksUri') ?? ''
    const unnamed = (textOf(rule, 'issuer') ?? '') === '' && uri === ''
    return [
      ...problemIf(unnamed, path, 'issuer or jwksUri is required'),
      // The schema requires the scheme.
      ...problemIf(
        /^https?:/.test(uri) && goUrlHost(uri) === undefined,
        `${path}.jwksUri`,
        `${JSON.stringify(uri)} is not a URL`,
      ),
      ...problemIf(jwks !== '' && !isKeySet(jwks), `${path}.jwks`, 'jwks is not a JSON Web Key Set'),
    ]
  })
  return [...rules, ...targetProblems(spec)]
}

/** What istiod's webhook rejects in a Telemetry, besides its schema. */
export function telemetryErrors(spec: unknown): readonly Problem[] {
  const tags = listOf(spec, 'metrics').flatMap((metrics, index) =>
    listOf(metrics, 'overrides').flatMap((override, number) =>
      Object.entries(objectOf(override, 'tagOverrides') ?? {}).flatMap(([tag, change]) => {
        const path = `spec.metrics[${index}].overrides[${number}].tagOverrides.${tag}`
        const removes = textOf(change, 'operation') === 'REMOVE'
        const value = textOf(change, 'value') ?? ''
        return [
          ...problemIf(removes && value !== '', path, 'REMOVE takes no value'),
          ...problemIf(!removes && value === '', path, 'UPSERT needs a value'),
        ]
      }),
    ),
  )
  return [...tags, ...targetProblems(spec)]
}

/** What istiod's webhook rejects in a WasmPlugin, besides its schema. */
export function wasmPluginErrors(spec: unknown): readonly Problem[] {
  const names = listOf(spec, 'vmConfig', 'env').map(each => textOf(each, 'name') ?? '')
  return [
    ...repeated(names).map(({value, index}) => ({
      path: `spec.vmConfig.env[${index}]`,
      message: `environment variable ${value} is set twice`,
    })),
    ...targetProblems(spec),
  ]
}

/** What istiod's webhook rejects in a WorkloadGroup, besides its schema. */
export function workloadGroupErrors(spec: unknown): readonly Problem[] {
  const probe = objectOf(spec, 'probe')
  // Of the four kinds of a probe the webhook knows these.
  const methods = ['httpGet', 'tcpSocket', 'exec'].filter(name => probe?.[name] !== undefined)
  return [
    ...problemIf(
      probe !== undefined && methods.length === 0,
      'spec.probe',
      probe?.grpc === undefined ? 'a probe needs httpGet, tcpSocket or exec' : 'istiod refuses probes with grpc',
    ),
    ...problemIf(
      objectOf(probe, 'exec') !== undefined && listOf(probe, 'exec', 'command').length === 0,
      'spec.probe.exec.command',
      'exec needs a command',
    ),
    ...labelProblems(objectOf(spec, 'metadata', 'labels'), 'spec.metadata.labels'),
  ]
}
